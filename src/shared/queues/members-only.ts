import type { Platform } from '../domain/platform.ts';
import { membersOnlyKey } from './keys.ts';
import type { RedisConnection } from '../redis/open-connection.ts';

/** How long (ms) it is remembered of a broadcast that no look has seen yet, and of how many. */
const KEPT_MS = 24 * 60 * 60_000;
const MOST = 1_000;

/**
 * What the recorder said of broadcasts that may not be in the table yet, until a look finds them. Only a help: when Redis
 * loses it, an event lacks `MembersOnly`.
 */
export function createMembersOnly(redis: RedisConnection, platform: Platform) {
  const key = membersOnlyKey(platform);
  return {
    async add(broadcastIds: readonly string[], now: Date): Promise<void> {
      if (broadcastIds.length === 0) return;
      const answers = await redis
        .pipeline()
        .zadd(key, ...broadcastIds.flatMap((id) => [now.getTime(), id]))
        .zremrangebyscore(key, '-inf', now.getTime() - KEPT_MS)
        .zremrangebyrank(key, 0, -MOST - 1)
        .pexpire(key, KEPT_MS)
        .exec();
      for (const [error] of answers ?? []) if (error) throw error;
    },

    /** Those among the broadcasts of which it was said. */
    async among(broadcastIds: readonly string[]): Promise<Set<string>> {
      if (broadcastIds.length === 0) return new Set();
      const scores = await redis.zmscore(key, ...broadcastIds);
      return new Set(broadcastIds.filter((_id, at) => scores[at] != null));
    },
  };
}

export type MembersOnly = ReturnType<typeof createMembersOnly>;
