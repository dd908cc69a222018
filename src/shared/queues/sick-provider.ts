import type { Platform } from '../domain/platform.ts';
import { BELIEVED_AFTER_MS, looksSick } from '../domain/sick.ts';
import type { RedisConnection } from '../redis/open-connection.ts';
import { runScript, script } from '../runtime/script.ts';
import { pollQueueName, queuePrefix, sickKey } from './keys.ts';

/**
 * KEYS found, vanished; ARGV now, window (ms), number of found ids, found ids, vanished ids
 * Returns the number of distinct ids found and vanished within the window. Found again is not vanished.
 */
const COUNT = script(`
local now, window, n = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
for i = 4, #ARGV do
  local here, there = KEYS[1], KEYS[2]
  if i > 3 + n then here, there = KEYS[2], KEYS[1] end
  redis.call('ZADD', here, now, ARGV[i])
  redis.call('ZREM', there, ARGV[i])
end
for i = 1, 2 do
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now - window)
  redis.call('PEXPIRE', KEYS[i], window)
end
return {redis.call('ZCARD', KEYS[1]), redis.call('ZCARD', KEYS[2])}`);

export interface Sightings {
  /** Ids of live broadcasts that the look found. */
  readonly found: readonly string[];
  /** Ids of live broadcasts that it asked for and did not find. */
  readonly vanished: readonly string[];
}

/**
 * Sees over all processes whether a platform has lost nearly everything at once.
 * @param windowMs within which what vanished has vanished together
 */
export function createSickProvider(redis: RedisConnection, platform: Platform, windowMs: () => number) {
  const base = queuePrefix(pollQueueName(platform));
  const sinceKey = sickKey(platform);
  /** @returns whether what vanished in this look should count as unknown */
  return async function isSick({ found, vanished }: Sightings, now: Date): Promise<boolean> {
    if (found.length + vanished.length === 0) return false;
    const at = now.getTime();
    const args = [at, windowMs(), found.length, ...found, ...vanished];
    const answer = await runScript(redis, COUNT, [`${base}:found`, `${base}:vanished`], args);
    const [seen = 0, lost = 0] = answer as number[];
    if (!looksSick(lost, seen)) {
      if (found.length > 0) await redis.del(sinceKey);
      return false;
    }
    await redis.set(sinceKey, at, 'PX', 2 * BELIEVED_AFTER_MS, 'NX');
    const since = Number((await redis.get(sinceKey)) ?? at);
    return at - since < BELIEVED_AFTER_MS;
  };
}

export type IsSick = ReturnType<typeof createSickProvider>;
