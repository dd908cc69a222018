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
  // The table may have changed while Redis was away. Applied again the batch changes nothing there, so what still has
  // to be aligned is remembered here; should this process die, reconcile finds it.
  const unaligned = new Map<string, StreamKey>();

  return async function applyWishes(wishes: readonly KeyWish[]): Promise<void> {
    const { started, stopped } = await tracking.apply(wishes);
    for (const wish of wishes) metrics.wishes.inc({ platform: wish.target.platform, action: wish.action });
    for (const key of [...started, ...stopped]) if (!isCategory(key)) unaligned.set(keyText(key), key);
    const keys = [...unaligned.values()];
    const tracked = await align(keys);
    await requestPolls(tracked, 'followed');
    for (const key of keys) unaligned.delete(keyText(key));
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
  /** @returns those of the keys that are tracked */
  return async function align(keys: readonly StreamKey[]): Promise<StreamKey[]> {
    let unsure = [...keys];
    let tracked = await tracking.trackedAmong(unsure);
    const started = new Map<string, StreamKey>();
    while (unsure.length > 0) {
      const wanted = new Set(tracked.map(keyText));
      await schedule.startPolling(tracked);
      await schedule.stopPolling(unsure.filter((key) => !wanted.has(keyText(key))));
      for (const key of unsure) started.delete(keyText(key));
      for (const key of tracked) started.set(keyText(key), key);
      const again = await tracking.trackedAmong(unsure);
      const now = new Set(again.map(keyText));
      unsure = unsure.filter((key) => now.has(keyText(key)) !== wanted.has(keyText(key)));
      tracked = again.filter((key) => !wanted.has(keyText(key)));
    }
    return [...started.values()];
  };
}
