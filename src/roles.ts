import type { Context } from './context.ts';
import { createHttp } from './http/http.ts';
import { createFollowListener, type FollowListener } from './producers/follow-listener.ts';
import type { Role } from './role.ts';
import { createReadBudgets } from './shared/platforms/budget-readings.ts';
import { createAdapters } from './shared/platforms/registry.ts';
import type { Check } from './shared/runtime/health.ts';
import { openRedis } from './shared/runtime/redis.ts';
import type { Service } from './shared/runtime/service.ts';
import { wireIntake } from './wiring/intake.ts';
import { wirePolling } from './wiring/polling.ts';
import { wirePublishing } from './wiring/publishing.ts';
import { wireReconcile } from './wiring/reconcile.ts';
import { wireTracking } from './wiring/tracking.ts';
import { createCleanUp } from './workers/clean-up.ts';
import { createExpectHabits } from './workers/expect-habits.ts';
import { createFlushWorker } from './workers/flush.ts';
import { createRedisWatch } from './workers/redis-watch.ts';
import { createStretchIntervals } from './workers/stretch-intervals.ts';
import { createUpkeepWorker } from './workers/upkeep.ts';

/** How soon an emptied Redis is noticed. */
const REDIS_WATCH_MS = 2_000;

/**
 * The services of a process, in the order in which they start: outlets before inlets, so that what comes in can leave.
 * The only file, with those of `wiring`, that knows producers, workers and http at once.
 */
export async function createRoles(context: Context, roles: readonly Role[]): Promise<Service[]> {
  const { config, database, redis, clock, logger, metrics } = context;
  const connection = openRedis(context.redisUrl, 'blocking', logger);
  const { adapters } = createAdapters(config, { redis, metrics, logger, clock });
  const readBudgets = createReadBudgets(adapters.values());
  const tracking = wireTracking(context);
  const publishing = wirePublishing(context);
  const reconciling = wireReconcile(context, { tracking, publishing });

  const intake = wireIntake(context, { tracking, runSoon: reconciling.runSoon, adapters });

  const watchdogs = context.pollPlatforms.flatMap((platform) => {
    const adapter = adapters.get(platform);
    return adapter ? [wirePolling({ context, adapter, tracking, publishing, connection })] : [];
  });
  const listener = createFollowListener({
    ...{ redis, clock, metrics, logger },
    redisUrl: context.redisUrl,
    handOn: intake.handOn,
    rejects: intake.rejects,
  });
  const services: Record<Role, () => Service[]> = {
    flush: () => [
      createFlushWorker({
        ...{ connection, metrics, logger },
        changes: publishing.changes,
        pace: publishing.pace,
        flush: publishing.platformFlush.flush,
      }),
    ],
    sync: () => [
      createUpkeepWorker({
        ...{ connection, logger, metrics },
        tasks: {
          reconcile: () => reconciling.reconcile({ dryRun: false }),
          resolve: intake.resolveNames,
          stretch: createStretchIntervals({ redis, platforms: config.platforms, readBudgets, clock, logger }),
          habits: createExpectHabits({ database, clock }),
          cleanup: createCleanUp({ database, tracking: tracking.tracking, clock }),
        },
      }),
      createRedisWatch({ redis, reconcile: reconciling.reconcile, everyMs: REDIS_WATCH_MS, logger }),
    ],
    poll: () => watchdogs.flatMap(({ worker, watchdog }) => [worker, watchdog]),
    listen: () => [listener],
    web: () => [],
  };
  const http = createHttp({
    ...{ context, roles },
    progress: roles.includes('poll')
      ? watchdogs.map(({ watchdog }) => ({ name: watchdog.name, check: watchdog.health }))
      : [],
    ready: roles.includes('listen') ? [listening(listener)] : [],
    readBudgets,
  });
  const connections = closing('connections', async () => {
    await Promise.all([tracking.close(), publishing.close(), reconciling.close()]);
    connection.disconnect();
  });
  const order: readonly Role[] = ['flush', 'sync', 'poll', 'listen', 'web'];
  return [connections, http, ...order.filter((role) => roles.includes(role)).flatMap((role) => services[role]())];
}

function listening(listener: FollowListener): Check {
  const deaf = { ok: false, reason: 'not subscribed: what shards publish now is not heard' };
  return { name: 'listening', check: () => (listener.isListening() ? { ok: true } : deaf) };
}

/** Starts first and therefore ends last. */
function closing(name: string, stop: () => Promise<void>): Service {
  return { name, start: async () => undefined, stop };
}
