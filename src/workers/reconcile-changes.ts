import type { QueuedChange } from '../shared/store/change-store.ts';
import type { Repair, RepairOptions } from './reconcile.ts';

/** Younger changes may be between the table and the queue just now, in milliseconds. */
const SETTLING_MS = 5_000;

interface Unqueued {
  readonly missing: readonly QueuedChange[];
  readonly finished: readonly QueuedChange[];
}

export interface ReconcileChangesParts {
  readonly waiting: (recordedBefore: Date) => Promise<QueuedChange[]>;
  /** Which of them nothing in the queue will publish. */
  readonly unqueued: (waiting: readonly QueuedChange[]) => Promise<Unqueued>;
  readonly requeue: (unqueued: Unqueued) => Promise<void>;
}

/** Sees to it that every change that waits in the outbox has a job that will publish it. */
export function createReconcileChanges({ waiting, unqueued, requeue }: ReconcileChangesParts) {
  return async function reconcileChanges({ dryRun, now }: RepairOptions): Promise<Repair[]> {
    const found = await unqueued(await waiting(new Date(now.getTime() - SETTLING_MS)));
    if (!dryRun) await requeue(found);
    return [
      ...found.missing.map(({ id }) => ({ what: 'change-job', key: `change-${id}` })),
      ...found.finished.map(({ id }) => ({ what: 'change-retry', key: `change-${id}` })),
    ];
  };
}
