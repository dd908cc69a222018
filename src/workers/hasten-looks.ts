import { hastenedWait, isDueTooLate } from '../shared/domain/late-due.ts';
import { PLATFORMS, type PerPlatform, type Platform } from '../shared/domain/platform.ts';
import { createDueKeys } from '../shared/queues/due-keys.ts';
import { stretchKey } from '../shared/queues/keys.ts';
import type { RedisConnection } from '../shared/redis/open-connection.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { TrackingStore } from '../shared/store/tracking-store.ts';

export interface HastenLooksParts {
  readonly redis: RedisConnection;
  readonly tracking: Pick<TrackingStore, 'tracked'>;
  readonly pollIntervalMs: PerPlatform<number>;
  readonly clock: Clock;
}

/**
 * Brings forward keys that are due later than the interval in force allows: those that were looked at while it was
 * longer. Their polls come at the new pace already, but find them fresh. Doing it again changes nothing.
 */
export function createHastenLooks({ redis, tracking, pollIntervalMs, clock }: HastenLooksParts) {
  async function hasten(platform: Platform): Promise<number> {
    const dueKeys = createDueKeys(redis, platform);
    const now = clock.now().getTime();
    const stretch = Number((await redis.get(stretchKey(platform))) ?? 1);
    const spacing = { intervalMs: pollIntervalMs[platform], stretch };
    const far = await dueKeys.dueAfter(now + spacing.intervalMs * stretch);
    if (far.length === 0) return 0;
    const paces = new Map((await tracking.tracked(platform)).map(({ identifier, pace }) => [identifier, pace]));
    const late = far.flatMap((key) => {
      const pace = paces.get(key.identifier);
      if (pace === undefined || !isDueTooLate(key.dueAt - now, pace, spacing)) return [];
      return [{ ...key, sooner: now + hastenedWait(pace, spacing, Math.random()) }];
    });
    return dueKeys.bringForward(late);
  }

  /** @returns how many keys were brought forward */
  return async function hastenLooks(): Promise<number> {
    let count = 0;
    for (const platform of PLATFORMS) count += await hasten(platform);
    return count;
  };
}

export type HastenLooks = ReturnType<typeof createHastenLooks>;
