import type { Lane } from '../shared/domain/follow.ts';
import { chunk } from '../shared/domain/group.ts';
import { type ChangeQueue, changeJobId } from '../shared/queues/change-queue.ts';
import { type Clock, systemClock } from '../shared/runtime/clock.ts';
import type { QueuedChange } from '../shared/store/change-store.ts';

/** Jobs in one round trip. */
const BULK = 1_000;

/** BullMQ takes jobs without a priority first: however many normal changes wait, an urgent one is not behind them. */
const BEHIND: Record<Lane, { priority?: number }> = { urgent: {}, normal: { priority: 1 } };

export interface UnqueuedChanges<T> {
  /** No job will ever run for them. */
  readonly missing: readonly T[];
  /** Their jobs ran out of attempts, or ended without publishing them. */
  readonly finished: readonly T[];
}

export interface ChangeQueueParts {
  readonly queue: ChangeQueue;
  readonly clock?: Clock;
}

/** The entrance of the batching queue: one job for each change, named after it, so that adding it twice is adding it once. */
export function createChangeQueue({ queue, clock = systemClock }: ChangeQueueParts) {
  async function queueChanges(changes: readonly QueuedChange[]): Promise<void> {
    const now = clock.now().getTime();
    for (const part of chunk(changes, BULK)) {
      await queue.addBulk(
        part.map(({ id, platform, lane, dueAt }) => ({
          name: lane,
          data: { id: id.toString(), platform, lane },
          opts: { jobId: changeJobId(id), delay: Math.max(0, dueAt.getTime() - now), ...BEHIND[lane] },
        })),
      );
    }
  }

  /** Which of the waiting changes nothing in the queue will publish. */
  async function unqueued<T extends { readonly id: bigint }>(waiting: readonly T[]): Promise<UnqueuedChanges<T>> {
    const missing: T[] = [];
    const finished: T[] = [];
    for (const part of chunk(waiting, BULK)) {
      const states = await Promise.all(part.map(({ id }) => queue.getJobState(changeJobId(id))));
      part.forEach((change, i) => {
        if (states[i] === 'unknown') missing.push(change);
        if (states[i] === 'failed' || states[i] === 'completed') finished.push(change);
      });
    }
    return { missing, finished };
  }

  /** Gives every one of these changes a job that will run: those without one get one, those whose job is over run again. */
  async function requeue({ missing, finished }: UnqueuedChanges<QueuedChange>): Promise<void> {
    await queueChanges(missing);
    for (const part of chunk(finished, BULK)) await Promise.all(part.map(({ id }) => retry(id)));
  }

  async function retry(id: bigint): Promise<void> {
    const job = await queue.getJob(changeJobId(id));
    const state = await job?.getState();
    if (state === 'failed' || state === 'completed') await job?.retry(state, { resetAttemptsMade: true });
  }

  return { queueChanges, unqueued, requeue };
}

export type ChangeQueueEntrance = ReturnType<typeof createChangeQueue>;
