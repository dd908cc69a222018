import type { Context } from '../context.ts';
import { createReceivePush } from '../http/receive-push.ts';
import type { ReceivePush } from '../http/webhooks.ts';
import type { Platform } from '../shared/domain/platform.ts';
import { createPushAdapters } from '../shared/platforms/push-registry.ts';
import { createDueKeys } from '../shared/queues/due-keys.ts';
import { createPushIngress, pushIngressSince } from '../shared/queues/push-ingress.ts';
import { createPushRest } from '../shared/queues/push-rest.ts';
import { createPushedMessages } from '../shared/queues/pushed-messages.ts';
import type { Service } from '../shared/runtime/service.ts';
import { createLookStore } from '../shared/store/look-store.ts';
import { createPushHealthStore } from '../shared/store/push-health-store.ts';
import { createPushStore } from '../shared/store/push-store.ts';
import { createPushWorkStore } from '../shared/store/push-work-store.ts';
import { createUserIdStore } from '../shared/store/user-id-store.ts';
import { createCatchUp } from '../workers/catch-up.ts';
import { createPushDue } from '../workers/push-due.ts';
import { createPushSteps } from '../workers/push-steps.ts';
import { createPushUpkeep } from '../workers/push-upkeep.ts';
import { createReconcilePush } from '../workers/reconcile-push.ts';
import { createRepace } from '../workers/repace.ts';
import type { Tracking } from './tracking.ts';

type PushTracking = Pick<Tracking, 'tracking' | 'align' | 'hint' | 'pushSoon' | 'planLooks'>;

/** Everything that lets platforms tell us of changes by themselves. Without PUBLIC_URL nobody is asked for it. */
export function wirePush(context: Context, tracking: PushTracking) {
  const { config, database, redis, metrics, logger, clock } = context;
  const adapters = createPushAdapters(config, {
    redis,
    metrics,
    logger,
    clock,
    userIds: createUserIdStore(database, { platform: 'twitcasting', clock }),
  });
  const { pushSoon } = tracking;
  const store = createPushStore(database);
  const work = createPushWorkStore(database);
  const health = createPushHealthStore(database);
  const rest = createPushRest(redis);
  const step = createPushSteps({ work, rest, clock, logger, metrics });
  const repace = createRepace({
    ...{ health, clock },
    looks: createLookStore(database),
    dueKeys: (platform) => createDueKeys(redis, platform),
    align: tracking.align,
    pollIntervalMs: config.pollIntervalMs,
  });
  return {
    adapters,
    reconcilePush: createReconcilePush({
      ...{ adapters, store, pushSoon, logger },
      untrackedAmong: tracking.tracking.untrackedAmong,
    }),
    pushUpkeep: createPushUpkeep({
      ...{ adapters, health, repace, clock, logger },
      doDue: createPushDue({ store, work, rest, step, clock }),
      ingressSince: () => pushIngressSince(redis),
      again: pushSoon,
      catchUp: createCatchUp({ planLooks: tracking.planLooks, pollIntervalMs: config.pollIntervalMs, clock }),
    }),
    receivers: (): ReadonlyMap<Platform, ReceivePush> => {
      const messages = createPushedMessages(redis);
      const hint: Parameters<typeof createReceivePush>[0]['hint'] = (platform, pushed) =>
        tracking.hint(
          pushed.map((one) => ({ ...one, platform })),
          'push',
        );
      return new Map(
        [...adapters].map(([platform, adapter]) => [
          platform,
          createReceivePush({ ...{ adapter, store, messages, hint, pushSoon, clock, logger, metrics } }),
        ]),
      );
    },
    /** Says that pushes are received here; nothing where none are. */
    ingress: (): Service[] => (adapters.size === 0 ? [] : [createPushIngress({ redis, clock, logger })]),
  };
}

export type Push = ReturnType<typeof wirePush>;
