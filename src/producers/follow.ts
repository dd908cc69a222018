import type { KeyWish } from '../shared/domain/follow.ts';
import { isCategory, keyText, type StreamKey } from '../shared/domain/stream-key.ts';
import type { Metrics } from '../shared/runtime/metrics.ts';
import type { TrackingStore } from '../shared/store/tracking-store.ts';
import type { RequestPolls } from './poll-request.ts';
import type { PollSchedule } from './poll-schedule.ts';

export interface FollowParts {
  readonly tracking: Pick<TrackingStore, 'apply' | 'trackedAmong'>;
  readonly schedule: PollSchedule;
  readonly requestPolls: RequestPolls;
  readonly metrics: Pick<Metrics, 'wishes'>;
}

/**
 * The counting rule: the first follow of a key starts its polling, the last unfollow stops it.
 * A batch may be applied again when it failed half way; nothing is counted twice.
 */
export function createApplyWishes({ tracking, schedule, requestPolls, metrics }: FollowParts) {
  const align = createAlign({ tracking, schedule });
  return async function applyWishes(wishes: readonly KeyWish[]): Promise<void> {
    const { started, stopped } = await tracking.apply(wishes);
    for (const wish of wishes) metrics.wishes.inc({ platform: wish.target.platform, action: wish.action });
    await align([...started, ...stopped].filter((key) => !isCategory(key)));
    await requestPolls(
      started.filter((key) => !isCategory(key)),
      'followed',
    );
  };
}

export type ApplyWishes = ReturnType<typeof createApplyWishes>;

/**
 * Makes the schedulers of some keys agree with the table.
 *
 * Two processes may change one key at the same time, and Redis is not in the transaction. So nobody trusts what it
 * just did: after acting it reads the table again and acts again if the table has moved on. Whoever acts last reads
 * last, so the schedulers end as the table says, in whatever order the steps of both interleave.
 */
export function createAlign({
  tracking,
  schedule,
}: Pick<FollowParts, 'schedule'> & { tracking: Pick<TrackingStore, 'trackedAmong'> }) {
  return async function align(keys: readonly StreamKey[]): Promise<void> {
    let unsure = [...keys];
    let tracked = await tracking.trackedAmong(unsure);
    while (unsure.length > 0) {
      const wanted = new Set(tracked.map(keyText));
      await schedule.startPolling(tracked);
      await schedule.stopPolling(unsure.filter((key) => !wanted.has(keyText(key))));
      const again = await tracking.trackedAmong(unsure);
      const now = new Set(again.map(keyText));
      unsure = unsure.filter((key) => now.has(keyText(key)) !== wanted.has(keyText(key)));
      tracked = again.filter((key) => !wanted.has(keyText(key)));
    }
  };
}
