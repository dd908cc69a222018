import type { Redis } from 'ioredis';
import type { Context } from '../context.ts';
import { PLATFORMS } from '../shared/domain/platform.ts';
import type { Service } from '../shared/runtime/service.ts';
import { createCleanUp } from '../workers/clean-up.ts';
import { createExpectHabits } from '../workers/expect-habits.ts';
import { createHastenLooks } from '../workers/hasten-looks.ts';
import { createIntervalWatch } from '../workers/interval-watch.ts';
import type { Reconcile } from '../workers/reconcile.ts';
import { createRedisWatch } from '../workers/redis-watch.ts';
import { createStretchIntervals } from '../workers/stretch-intervals.ts';
import { createUpkeepWorker } from '../workers/upkeep.ts';
import { wireRecordings } from './neighbours.ts';
import type { Intake } from './intake.ts';
import { wireNoticeWatch } from './notices.ts';
import type { Platforms } from './platforms.ts';
import type { Push } from './push.ts';
import type { Reconciling } from './reconcile.ts';
import type { Tracking } from './tracking.ts';

export interface UpkeepParts {
  readonly connection: Redis;
  readonly platforms: Pick<Platforms, 'readBudgets'>;
  readonly tracking: Pick<Tracking, 'tracking' | 'applyPins' | 'carryOut'>;
  readonly reconciling: Pick<Reconciling, 'reconcile' | 'reschedule'>;
  readonly intake: Pick<Intake, 'resolveNames' | 'handOn'>;
  readonly push: Pick<Push, 'pushUpkeep'>;
}

/** How soon an emptied Redis is noticed. */
const REDIS_WATCH_MS = 2_000;

/** How soon schedules follow a setting that is in force in this process. */
const INTERVAL_WATCH_MS = 500;

/** Longer than any process that works takes to read the table of settings, or to queue a change that it has recorded. */
const SETTLE_MS = 10_000;

/** Everything that keeps the cluster in order: what role `sync` does. Its periods are in `upkeep-periods.ts`. */
export function wireUpkeep(context: Context, parts: UpkeepParts): Service[] {
  const { config, database, redis, clock, logger, metrics } = context;
  const { reconcile } = parts.reconciling;
  const { readBudgets } = parts.platforms;
  const notices = wireNoticeWatch(context, parts);
  const importAndReconcile: Reconcile = async (options) => {
    await notices?.importNow();
    return reconcile(options);
  };
  const tasks = {
    reconcile: () => importAndReconcile({ dryRun: false }),
    import: async () => notices?.importAfresh(),
    resolve: parts.intake.resolveNames,
    push: parts.push.pushUpkeep,
    stretch: createStretchIntervals({ redis, platforms: config.platforms, readBudgets, clock, logger }),
    habits: createExpectHabits({ database, clock }),
    record: wireRecordings(context),
    cleanup: createCleanUp({ database, tracking: parts.tracking.tracking, clock }),
  };
  return [
    createUpkeepWorker({ connection: parts.connection, logger, metrics, tasks }),
    createRedisWatch({
      ...{ redis, reconcile, logger, reconcileAtStart: importAndReconcile },
      ...{ everyMs: REDIS_WATCH_MS, againAfterMs: SETTLE_MS },
    }),
    wireIntervalWatch(context, parts),
    ...(notices ? [notices] : []),
  ];
}

function wireIntervalWatch(
  { config, redis, clock, logger }: Context,
  { tracking: { tracking }, reconciling: { reschedule } }: UpkeepParts,
): Service {
  const { pollIntervalMs } = config;
  return createIntervalWatch({
    ...{ reschedule, clock, logger, everyMs: INTERVAL_WATCH_MS, settleMs: SETTLE_MS },
    intervals: () => [config.STATE_SYNC_INTERVAL, ...PLATFORMS.map((platform) => pollIntervalMs[platform])],
    hastenLooks: createHastenLooks({ redis, tracking, pollIntervalMs, clock }),
  });
}
