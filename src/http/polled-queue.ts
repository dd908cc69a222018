import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type { Queue } from 'bullmq';
import type { Right } from './accounts.ts';

/** How many job schedulers of a queue the board shows: those that run next. */
export const SCHEDULERS_SHOWN = 200;

/** How many jobs of each state one page of the board may show. Its own adapter gives as many as it is asked for. */
export const JOBS_SHOWN = 100;

/**
 * A queue with a job scheduler for each stream key, as the board sees it. The board's own adapter lists them all with
 * three look-ups each: at 20,000 that is seconds of Redis and a page that no browser survives.
 */
export class PolledQueue extends BullMQAdapter {
  readonly #queue: Queue;

  constructor(queue: Queue, right: Right) {
    super(queue, {
      description: `Of the job schedulers, the ${SCHEDULERS_SHOWN} that run next are shown.`,
      readOnlyMode: right === 'read',
    });
    this.#queue = queue;
  }

  override getJobs(statuses: Parameters<BullMQAdapter['getJobs']>[0], start = 0, end = -1) {
    const last = start + JOBS_SHOWN - 1;
    return super.getJobs(statuses, start, end < 0 ? last : Math.min(end, last));
  }

  override async getJobSchedulers() {
    const schedulers = await this.#queue.getJobSchedulers(0, SCHEDULERS_SHOWN - 1, true);
    return schedulers.map(({ key, name, every, pattern, next, iterationCount }) => ({
      id: key,
      name,
      ...(every === undefined ? {} : { every }),
      ...(pattern === undefined ? {} : { pattern }),
      ...(next === undefined ? {} : { next, nextRunJobId: `repeat:${key}:${next}` }),
      ...(iterationCount === undefined ? {} : { iterationCount }),
    }));
  }
}
