import { saidAtFromMicros } from '../contracts/timestamp.ts';
import type { RedisConnection } from '../redis/open-connection.ts';
import { redisTime } from './redis-time.ts';

/** Now, by the clock by which follows are dated, with microseconds. */
export async function saidNow({ redis }: { readonly redis: RedisConnection }): Promise<string> {
  return saidAtFromMicros(await redisTime(redis));
}
