import { Redis } from 'ioredis';
import { HEARD_PREFIX } from '../contracts/channels.ts';
import type { RedisConnection } from '../redis/open-connection.ts';
import { runScript, script } from './script.ts';

/** KEYS 1 any key of the server whose clock is asked. */
const NOW = script(`return redis.call('TIME')`);

/** Microseconds since 1970 by the clock of Redis; of a Redis Cluster by that of the node where follows are heard, always the same. */
export async function redisTime(redis: RedisConnection): Promise<number> {
  const asked = redis instanceof Redis ? redis.time() : runScript(redis, NOW, [`${HEARD_PREFIX}last`], []);
  const [seconds, micros] = (await asked) as [number | string, number | string];
  return Number(seconds) * 1_000_000 + Number(micros);
}
