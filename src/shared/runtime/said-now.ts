import type { Redis } from 'ioredis';
import { saidAtFromMicros } from '../contracts/timestamp.ts';

/** Now, by the clock by which follows are dated, with microseconds. */
export async function saidNow({ redis }: { readonly redis: Redis }): Promise<string> {
  const [seconds, micros] = await redis.time();
  return saidAtFromMicros(Number(seconds) * 1_000_000 + Number(micros));
}
