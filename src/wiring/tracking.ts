import type { Context } from '../context.ts';
import { createAlign, createApplyWishes } from '../producers/follow.ts';
import { createPollRequest } from '../producers/poll-request.ts';
import { createPollSchedule } from '../producers/poll-schedule.ts';
import { openPollQueues } from '../shared/queues/poll-queues.ts';
import { createTrackingStore } from '../shared/store/tracking-store.ts';

/** Everything that counts follows and keeps schedulers. */
export function wireTracking({ config, database, redis, metrics, clock }: Context) {
  const queues = openPollQueues(redis);
  const tracking = createTrackingStore(database);
  const schedule = createPollSchedule({ queues, redis, pollIntervalMs: config.pollIntervalMs, clock });
  const requestPolls = createPollRequest(queues);
  return {
    queues,
    tracking,
    requestPolls,
    align: createAlign({ tracking, schedule }),
    applyWishes: createApplyWishes({ tracking, schedule, requestPolls, metrics }),
    close: async () => {
      await Promise.all(Object.values(queues).map((queue) => queue.close()));
    },
  };
}

export type Tracking = ReturnType<typeof wireTracking>;
