import { keyText, type StreamKey } from '../shared/domain/stream-key.ts';
import type { TrackingStore } from '../shared/store/tracking-store.ts';
import type { PollSchedule } from './poll-schedule.ts';

export interface AlignParts {
  readonly tracking: Pick<TrackingStore, 'trackedAmong'>;
  readonly schedule: PollSchedule;
}

/**
 * Makes the schedulers of some keys agree with the table.
 *
 * Two processes may change one key at the same time, and Redis is not in the transaction. So nobody trusts what it
 * just did: after acting it reads the table again and acts again if the table has moved on. Whoever acts last reads
 * last, so the schedulers end as the table says, in whatever order the steps of both interleave.
 */
export function createAlign({ tracking, schedule }: AlignParts) {
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

export type Align = ReturnType<typeof createAlign>;
