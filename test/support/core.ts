import { Redis } from 'ioredis';
import { type CarryOut, createCarryOut } from '../../src/producers/carry-out.ts';
import { createAlign } from '../../src/producers/align.ts';
import { type ApplyWishes, createApplyWishes } from '../../src/producers/follow.ts';
import { createPollRequest } from '../../src/producers/poll-request.ts';
import { createPollSchedule } from '../../src/producers/poll-schedule.ts';
import { type FollowLimits, UNLIMITED } from '../../src/shared/domain/follow-limits.ts';
import { perPlatform } from '../../src/shared/domain/platform.ts';
import { openPollQueues, type PollQueues } from '../../src/shared/queues/poll-queues.ts';
import { systemClock } from '../../src/shared/runtime/clock.ts';
import { type Database, openDatabase } from '../../src/shared/runtime/database.ts';
import { createMetrics } from '../../src/shared/runtime/metrics.ts';
import { createPinStore, type PinChange } from '../../src/shared/store/pin-store.ts';
import { createTrackingStore, type TrackingStore } from '../../src/shared/store/tracking-store.ts';

/** What one process has of the tracking side: connections of its own, nothing shared in memory. */
export interface TrackingProcess {
  readonly database: Database;
  readonly redis: Redis;
  readonly queues: PollQueues;
  readonly tracking: TrackingStore;
  readonly applyWishes: ApplyWishes;
  applyPins(change: PinChange): Promise<void>;
  readonly carryOut: CarryOut;
  readonly align: ReturnType<typeof createAlign>;
  readonly schedule: ReturnType<typeof createPollSchedule>;
  close(): Promise<void>;
}

export const POLL_INTERVAL_MS = 60_000;

export function openTracking(
  urls: { databaseUrl: string; redisUrl: string },
  connections = 4,
  limits: () => FollowLimits = () => UNLIMITED,
): TrackingProcess {
  const database = openDatabase(urls.databaseUrl, connections);
  const redis = new Redis(urls.redisUrl, { maxRetriesPerRequest: 1 });
  redis.on('error', () => undefined);
  const queues = openPollQueues(redis);
  const tracking = createTrackingStore(database, limits);
  const schedule = createPollSchedule({
    queues,
    redis,
    pollIntervalMs: perPlatform(() => POLL_INTERVAL_MS),
    clock: systemClock,
  });
  const requestPolls = createPollRequest(queues);
  const align = createAlign({ tracking, schedule });
  const carryOut = createCarryOut({
    align,
    requestPolls,
    pushSoon: async () => undefined,
    importSoon: async () => undefined,
  });
  const pins = createPinStore(database);
  return {
    database,
    redis,
    queues,
    tracking,
    schedule,
    align,
    applyWishes: createApplyWishes({ tracking, carryOut, metrics: createMetrics() }),
    carryOut,
    applyPins: async (change) => carryOut(await pins.change(change)),
    async close() {
      for (const queue of Object.values(queues)) await queue.close();
      redis.disconnect();
      await database.$disconnect();
    },
  };
}
