import type { Context } from '../context.ts';
import { createCarryOut } from '../producers/carry-out.ts';
import { createAlign } from '../producers/align.ts';
import { createApplyWishes } from '../producers/follow.ts';
import { createHint } from '../producers/hint.ts';
import { createLookAgain, createPollRequest } from '../producers/poll-request.ts';
import { createPlanLooks } from '../producers/planned-looks.ts';
import { createPollSchedule } from '../producers/poll-schedule.ts';
import type { FollowLimits } from '../shared/domain/follow-limits.ts';
import { openPollQueues } from '../shared/queues/poll-queues.ts';
import { createPinStore, type PinChange } from '../shared/store/pin-store.ts';
import { createTrackingStore } from '../shared/store/tracking-store.ts';
import { createUpkeepSchedules, openUpkeepQueue } from '../workers/upkeep.ts';

/** Everything that counts follows and keeps schedulers. */
export function wireTracking({ config, database, redis, metrics, clock }: Context) {
  const queues = openPollQueues(redis);
  const limits = (): FollowLimits => ({
    perGuild: config.FOLLOWS_PER_GUILD,
    follows: config.MAX_FOLLOWS,
    keys: config.MAX_KEYS,
  });
  const tracking = createTrackingStore(database, limits);
  const schedule = createPollSchedule({ queues, redis, pollIntervalMs: config.pollIntervalMs, clock });
  const requestPolls = createPollRequest(queues);
  const align = createAlign({ tracking, schedule });
  const upkeep = openUpkeepQueue(redis);
  const { runSoon } = createUpkeepSchedules(upkeep);
  const pushSoon = async (): Promise<void> => (config.PUBLIC_URL === null ? undefined : runSoon('push'));
  const importSoon = async (): Promise<void> => (config.NOTICE_DATABASE_URL === null ? undefined : runSoon('import'));
  const carryOut = createCarryOut({ align, requestPolls, pushSoon, importSoon });
  const pins = createPinStore(database);
  return {
    queues,
    tracking,
    limits,
    requestPolls,
    pushSoon,
    lookAgain: createLookAgain(queues),
    planLooks: createPlanLooks({ queues, clock }),
    align,
    applyWishes: createApplyWishes({ tracking, carryOut, metrics }),
    applyPins: async (change: PinChange): Promise<void> => carryOut(await pins.change(change)),
    pins,
    carryOut,
    hint: createHint({ redis, requestPolls, clock }),
    close: async () => {
      await Promise.all([...Object.values(queues), upkeep].map((queue) => queue.close()));
    },
  };
}

export type Tracking = ReturnType<typeof wireTracking>;
