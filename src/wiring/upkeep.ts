import type { Redis } from 'ioredis';
import type { Context } from '../context.ts';
import type { Service } from '../shared/runtime/service.ts';
import { createCleanUp } from '../workers/clean-up.ts';
import { createExpectHabits } from '../workers/expect-habits.ts';
import { createRedisWatch } from '../workers/redis-watch.ts';
import { createStretchIntervals } from '../workers/stretch-intervals.ts';
import { createUpkeepWorker } from '../workers/upkeep.ts';
import type { Intake } from './intake.ts';
import type { Platforms } from './platforms.ts';
import type { Push } from './push.ts';
import type { Reconciling } from './reconcile.ts';
import type { Tracking } from './tracking.ts';

export interface UpkeepParts {
  readonly connection: Redis;
  readonly platforms: Pick<Platforms, 'readBudgets'>;
  readonly tracking: Pick<Tracking, 'tracking'>;
  readonly reconciling: Pick<Reconciling, 'reconcile'>;
  readonly intake: Pick<Intake, 'resolveNames'>;
  readonly push: Pick<Push, 'pushUpkeep'>;
}

/** How soon an emptied Redis is noticed. */
const REDIS_WATCH_MS = 2_000;

/** Everything that keeps the cluster in order: what role `sync` does. Its periods are in `upkeep-periods.ts`. */
export function wireUpkeep(context: Context, parts: UpkeepParts): Service[] {
  const { config, database, redis, clock, logger, metrics } = context;
  const { reconcile } = parts.reconciling;
  const { readBudgets } = parts.platforms;
  const tasks = {
    reconcile: () => reconcile({ dryRun: false }),
    resolve: parts.intake.resolveNames,
    push: parts.push.pushUpkeep,
    stretch: createStretchIntervals({ redis, platforms: config.platforms, readBudgets, clock, logger }),
    habits: createExpectHabits({ database, clock }),
    cleanup: createCleanUp({ database, tracking: parts.tracking.tracking, clock }),
  };
  return [
    createUpkeepWorker({ connection: parts.connection, logger, metrics, tasks }),
    createRedisWatch({ redis, reconcile, everyMs: REDIS_WATCH_MS, logger }),
  ];
}
