import type { Context } from './context.ts';
import { createHttp } from './http/http.ts';
import { createFollowListener, type FollowListener } from './producers/follow-listener.ts';
import type { Role } from './role.ts';
import { pollQueueName } from './shared/queues/keys.ts';
import { CHANGE_QUEUE, UPKEEP_QUEUE } from './shared/queues/names.ts';
import { createWorkerConnections } from './shared/queues/worker-connections.ts';
import type { Check } from './shared/runtime/health.ts';
import type { Service } from './shared/runtime/service.ts';
import { wireIntake } from './wiring/intake.ts';
import { wireHintListener } from './wiring/neighbours.ts';
import { wirePlatforms } from './wiring/platforms.ts';
import { type Polling, wirePolling } from './wiring/polling.ts';
import { wirePush } from './wiring/push.ts';
import { wirePublishing } from './wiring/publishing.ts';
import { wireReconcile } from './wiring/reconcile.ts';
import { wireSettings } from './wiring/settings.ts';
import { wireTracking } from './wiring/tracking.ts';
import { wireUpkeep } from './wiring/upkeep.ts';
import { createFlushWorker } from './workers/flush.ts';

/** In which order roles start: outlets before inlets, so that what comes in can leave. */
const ORDER: readonly Role[] = ['flush', 'sync', 'poll', 'listen', 'web'];

/**
 * The services of a process, in the order in which they start.
 * The only file, with those of `wiring`, that knows producers, workers and http at once.
 */
export async function createRoles(context: Context, roles: readonly Role[]): Promise<Service[]> {
  const parts = wireParts(context);
  const pollings = roles.includes('poll') ? wirePollings(context, parts) : [];
  if (roles.includes('poll') && pollings.length === 0) {
    context.logger.warn('no platform has credentials, so nothing is polled; "tallylight config" shows the settings');
  }
  const listener = createListener(context, parts);
  const services: Record<Role, () => Service[]> = {
    flush: () => [createFlush(context, parts)],
    sync: () => wireUpkeep(context, { ...parts, connection: parts.connections.of(UPKEEP_QUEUE) }),
    poll: () => pollings.flatMap(({ worker, watchdog }) => [worker, watchdog]),
    listen: () => [listener, wireHintListener(context, { tracking: parts.tracking, ...parts.platforms })],
    web: () => parts.push.ingress(),
  };
  const http = createHttp({
    ...{ context, roles },
    progress: pollings.map(({ watchdog }) => ({ name: watchdog.name, check: watchdog.health })),
    ready: roles.includes('listen') ? [listening(listener)] : [],
    readBudgets: parts.platforms.readBudgets,
    receivers: parts.push.receivers(),
  });
  const chosen = ORDER.filter((role) => roles.includes(role));
  return [closing(parts), http, wireSettings(context), ...chosen.flatMap((role) => services[role]())];
}

/** What several roles share. */
function wireParts(context: Context) {
  const connections = createWorkerConnections(context.redisUrl, context.logger);
  const platforms = wirePlatforms(context);
  const tracking = wireTracking(context);
  const publishing = wirePublishing(context);
  const push = wirePush(context, tracking);
  const reconciling = wireReconcile(context, { tracking, publishing, push });
  const { runSoon } = reconciling;
  const intake = wireIntake(context, { tracking, runSoon, adapters: platforms.adapters });
  return { connections, platforms, tracking, publishing, push, reconciling, intake };
}

type Parts = ReturnType<typeof wireParts>;

function wirePollings(context: Context, { platforms, tracking, publishing, connections }: Parts): Polling[] {
  return context.pollPlatforms.flatMap((platform) => {
    const adapter = platforms.adapters.get(platform);
    if (!adapter) return [];
    const connection = connections.of(pollQueueName(platform));
    return [wirePolling({ context, adapter, tracking, publishing, connection })];
  });
}

function createFlush({ metrics, logger }: Context, { connections, publishing }: Parts): Service {
  const { changes, pace, backPressure, platformFlush } = publishing;
  const connection = connections.of(CHANGE_QUEUE);
  return createFlushWorker({ connection, metrics, logger, changes, pace, backPressure, flush: platformFlush.flush });
}

function createListener(
  { config, redis, redisUrl, clock, metrics, logger }: Context,
  { intake }: Parts,
): FollowListener {
  const { handOn, rejects } = intake;
  return createFollowListener({
    ...{ redis, redisUrl, clock, metrics, logger, handOn, rejects },
    rate: () => config.GUILD_RATE,
    burst: () => config.FOLLOWS_PER_GUILD,
  });
}

function listening(listener: FollowListener): Check {
  const deaf = { ok: false, reason: 'not subscribed: what shards publish now is not heard' };
  return { name: 'listening', check: () => (listener.isListening() ? { ok: true } : deaf) };
}

/** Starts first and therefore ends last. */
function closing({ tracking, publishing, reconciling, connections }: Parts): Service {
  return {
    name: 'connections',
    start: async () => undefined,
    async stop() {
      await Promise.all([tracking.close(), publishing.close(), reconciling.close()]);
      connections.close();
    },
  };
}
