import type { Redis } from 'ioredis';
import type { Context } from '../context.ts';
import { toStreamData } from '../shared/contracts/status-events.ts';
import { endRules } from '../shared/domain/end-rules.ts';
import { PUSH_TELLS } from '../shared/domain/push-tells.ts';
import type { Platform } from '../shared/domain/platform.ts';
import type { PlatformAdapter } from '../shared/platforms/adapter.ts';
import { createDueKeys } from '../shared/queues/due-keys.ts';
import { createHintedIds } from '../shared/queues/hinted-ids.ts';
import { createMembersOnly } from '../shared/queues/members-only.ts';
import { readPollState } from '../shared/queues/poll-state.ts';
import { createSickProvider } from '../shared/queues/sick-provider.ts';
import type { RedisConnection } from '../shared/redis/open-connection.ts';
import { sleep } from '../shared/runtime/clock.ts';
import type { Service } from '../shared/runtime/service.ts';
import { createLookStore } from '../shared/store/look-store.ts';
import { createRecordLooks } from '../shared/store/record-store.ts';
import { createBatchLook } from '../workers/batch-look.ts';
import { createLook } from '../workers/look.ts';
import { createLookStop } from '../workers/look-stop.ts';
import { createMarkMembersOnly } from '../workers/mark-members-only.ts';
import { createPollWorker } from '../workers/poll.ts';
import { createPollWatchdog, type PollWatchdog } from '../workers/poll-watchdog.ts';
import { createSharedLook } from '../workers/shared-look.ts';
import type { Publishing } from './publishing.ts';
import type { Tracking } from './tracking.ts';

export interface PollingParts {
  readonly context: Context;
  readonly adapter: PlatformAdapter;
  readonly tracking: Pick<Tracking, 'align' | 'lookAgain' | 'planLooks'>;
  readonly publishing: Pick<Publishing, 'entrance'>;
  /** A connection that waits for ever, as workers want. */
  readonly connection: Redis;
}

export interface Polling {
  readonly worker: Service;
  readonly watchdog: PollWatchdog;
}

/** A look may fail for this long, or Redis be slow for this long, before anybody suspects the worker. */
const LEAST_PATIENCE_MS = 60_000;

/** Everything that polls one platform in one process. */
export function wirePolling(parts: PollingParts): Polling {
  const { context, adapter, connection } = parts;
  const { config, redis, clock, logger, metrics } = context;
  const { platform, batchSize } = adapter;
  const intervalMs = (): number => config.pollIntervalMs[platform];
  const lookStop = createLookStop();
  const lookAtBatch = createBatchLook({
    ...{ platform, intervalMs, clock, logger },
    dueKeys: createDueKeys(redis, platform),
    look: wireLook(parts),
    stopping: lookStop.signal,
    onPaceChange: (identifiers) => {
      parts.tracking.align(identifiers.map((identifier) => ({ platform, identifier }))).catch((error: unknown) => {
        logger.warn({ platform, err: error }, 'pace not applied, reconcile will');
      });
    },
  });
  const sharedLook = createSharedLook({
    ...{ lookAtBatch, batchSize, intervalMs, clock },
    dueKeys: createDueKeys(redis, platform),
  });
  const worker = createPollWorker({
    ...{ platform, connection, sharedLook, lookStop, clock, logger, metrics },
    lookAgain: parts.tracking.lookAgain,
    onProgress: () => watchdog.progress(),
  });
  const watchdog = createPollWatchdog({
    name: worker.name,
    overdue: () => overdue({ redis, platform, intervalMs: intervalMs(), now: clock.now() }),
    rebuild: async () => {
      await Promise.race([worker.stop(), sleep(5_000)]);
      await worker.start();
    },
    giveUp: context.life.giveUp,
    patienceMs: () => Math.max(2 * intervalMs(), LEAST_PATIENCE_MS),
    ...{ clock, logger },
  });
  return { worker, watchdog };
}

/** Where a broadcast can be asked for that no listing shows yet, or no longer. */
const ASKED_BY_NAME: readonly Platform[] = ['youtube', 'twitter'];
const NOTHING_HINTED = { of: async () => new Map<string, string[]>(), asked: async () => undefined };

function wireLook({ context, adapter, tracking, publishing }: PollingParts) {
  const { config, database, redis, clock, logger, metrics } = context;
  const { platform } = adapter;
  return createLook({
    ...{ adapter, clock, metrics },
    looks: createLookStore(database),
    recordLooks: createRecordLooks({
      database,
      batchIntervalMs: () => config.BATCH_INTERVAL,
      lane: (where, direction) => (direction === 'online' ? config.LANE_ONLINE : config.LANE_OFFLINE)[where],
      ...{ toStreamData, logger },
    }),
    queueChanges: publishing.entrance.queueChanges,
    planLooks: (planned) =>
      tracking.planLooks(planned).catch((error: unknown) => {
        logger.warn({ platform, err: error }, 'looks not planned, the next look will');
      }),
    hintedIds: ASKED_BY_NAME.includes(platform) ? createHintedIds(redis, platform) : NOTHING_HINTED,
    // Only YouTube has them, and only the recorder sees it at once.
    markMembersOnly:
      platform === 'youtube' ? createMarkMembersOnly(createMembersOnly(redis, platform).among) : async (seen) => seen,
    isSick: createSickProvider(redis, platform, () => 3 * config.pollIntervalMs[platform]),
    rules: () => ({
      rule: endRules(config.offlineGraceMs)[platform],
      announceMaxAgeMs: config.ANNOUNCE_MAX_AGE,
      tells: PUSH_TELLS[platform],
    }),
  });
}

async function overdue(question: Parameters<typeof readPollState>[1] & { redis: RedisConnection }): Promise<number> {
  const { redis, ...where } = question;
  const state = await readPollState(redis, where);
  return state.resting ? 0 : state.overdue;
}
