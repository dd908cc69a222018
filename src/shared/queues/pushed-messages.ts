import type { Platform } from '../domain/platform.ts';
import { pushedMessageKey } from './keys.ts';
import type { RedisConnection } from '../redis/open-connection.ts';

/** Longer than any platform takes a message for fresh, in ms: an older one is refused for its age. */
const KEPT_MS = 15 * 60_000;

/** Remembers over all processes which pushed messages have come. */
export function createPushedMessages(redis: RedisConnection) {
  return {
    /** @returns false when it has come before */
    async isNew(platform: Platform, messageId: string): Promise<boolean> {
      return (await redis.set(pushedMessageKey(platform, messageId), '1', 'PX', KEPT_MS, 'NX')) !== null;
    },
    /** Nothing came of it: when it is sent again it is new. */
    async forget(platform: Platform, messageId: string): Promise<void> {
      await redis.del(pushedMessageKey(platform, messageId));
    },
  };
}

export type PushedMessages = ReturnType<typeof createPushedMessages>;
