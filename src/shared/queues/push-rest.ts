import type { Platform } from '../domain/platform.ts';
import { pushRestKey } from './keys.ts';
import type { RedisConnection } from '../redis/open-connection.ts';

/**
 * While a platform wants no subscriptions asked for, nobody asks. Apart from the rest of its polls: a hub may be down while
 * the feeds work.
 */
export function createPushRest(redis: RedisConnection) {
  return {
    async isResting(platform: Platform): Promise<boolean> {
      return (await redis.exists(pushRestKey(platform))) === 1;
    },
    async rest(platform: Platform, reason: string, ms: number): Promise<void> {
      if (ms > 0) await redis.set(pushRestKey(platform), reason, 'PX', Math.ceil(ms));
    },
  };
}

export type PushRest = ReturnType<typeof createPushRest>;
