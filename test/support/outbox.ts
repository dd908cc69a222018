import { Redis } from 'ioredis';
import { pino } from 'pino';
import { LIVE_KEY, LOG_KEY, OFFLINE_CHANNEL, ONLINE_CHANNEL } from '../../src/shared/contracts/channels.ts';
import { type StatusEvent, statusEvent, toStreamData } from '../../src/shared/contracts/status-events.ts';
import type { RedisSigns } from '../../src/shared/domain/back-pressure.ts';
import type { Lane } from '../../src/shared/domain/follow.ts';
import type { Platform } from '../../src/shared/domain/platform.ts';
import type { Direction } from '../../src/shared/domain/verdict.ts';
import { createPublisher, type Publisher } from '../../src/shared/pubsub/publisher.ts';
import { systemClock } from '../../src/shared/runtime/clock.ts';
import { openDatabase } from '../../src/shared/runtime/database.ts';
import { createMetrics } from '../../src/shared/runtime/metrics.ts';
import { type ChangeStore, createChangeStore } from '../../src/shared/store/change-store.ts';
import { createLogStore, type LogStore } from '../../src/shared/store/log-store.ts';
import { createReadRedisSigns } from '../../src/shared/pubsub/redis-signs.ts';
import { createBackPressure } from '../../src/workers/back-pressure.ts';
import { createFlushPace, type FlushPace } from '../../src/workers/flush-pace.ts';
import { createPlatformFlush } from '../../src/workers/flush-platform.ts';
import { createDatabase } from './database.ts';
import { startRedis } from './redis.ts';

export const silentLogger = pino({ level: 'silent' });

export interface ChangeSpec {
  readonly platform?: Platform;
  readonly identifier: string;
  readonly broadcastId?: string;
  readonly direction?: Direction;
  readonly lane?: Lane;
  readonly happenedAt?: Date;
  readonly dueAt?: Date;
  readonly title?: string;
}

/** Parts of the flush that a test puts something else in the place of. */
export interface Replaced {
  readonly changes?: ChangeStore;
  readonly log?: LogStore;
  readonly publisher?: Publisher;
  readonly pace?: FlushPace;
}

export interface OutboxOptions {
  readonly maxStreams?: number;
  readonly announceMaxAgeMs?: number;
  readonly appendOnly?: boolean;
}

export type Outbox = Awaited<ReturnType<typeof openOutbox>>;

/** An outbox in a database of its own, a Redis of its own, and a shard that hears what is published. */
export async function openOutbox({
  maxStreams = 100,
  announceMaxAgeMs = 6 * 3_600_000,
  appendOnly = false,
}: OutboxOptions = {}) {
  const [tables, server] = await Promise.all([createDatabase(), startRedis({ appendOnly })]);
  const database = openDatabase(tables.url);
  const redis = quiet(new Redis(server.url, { maxRetriesPerRequest: null }));
  const shard = quiet(new Redis(server.url, { maxRetriesPerRequest: null }));
  const heard: StatusEvent[] = [];
  shard.on('message', (_channel, message) => heard.push(statusEvent.parse(JSON.parse(message))));
  await shard.subscribe(ONLINE_CHANNEL, OFFLINE_CHANNEL);
  const metrics = createMetrics();
  const parts = {
    database,
    clock: systemClock,
    metrics,
    changes: createChangeStore(database),
    log: createLogStore(database),
    publisher: createPublisher(redis),
    pace: createFlushPace({ redis, urgentIntervalMs: () => 10, publishRate: () => 10_000 }),
    backPressure: createBackPressure({
      readSigns: promptSigns(redis),
      ...{ clock: systemClock, metrics, logger: silentLogger, signsAgeMs: 100 },
    }),
    config: { BATCH_MAX_STREAMS: maxStreams, ANNOUNCE_MAX_AGE: announceMaxAgeMs },
  };
  return {
    ...{ tables, server, redis, heard, metrics, parts },
    ...parts,
    /** A flush as one process has it. */
    flusher: (replaced: Replaced = {}) => createPlatformFlush({ ...parts, ...replaced }),
    record: (specs: readonly ChangeSpec[]) => record(database, specs),
    states: async () =>
      (await database.change.findMany({ orderBy: { id: 'asc' } })).map((row) => row.reason ?? row.state),
    logged: async () =>
      (await redis.xrange(LOG_KEY, '-', '+')).map(([id, fields]) => ({ id, event: readEvent(fields) })),
    live: async () => Object.keys(await redis.hgetall(LIVE_KEY)).sort(),
    async close() {
      redis.disconnect();
      shard.disconnect();
      await database.$disconnect();
      await Promise.all([tables.drop(), server.stop()]);
    },
  };
}

/** What Redis shows, but for how long it took: the machine that runs the tests is no sign of a slow Redis. */
export function promptSigns(redis: Redis): () => Promise<RedisSigns> {
  const readSigns = createReadRedisSigns(redis, silentLogger);
  return async () => ({ ...(await readSigns()), answerMs: 1 });
}

/** The events, shortened to what a test compares: `on a,b` or `off a`. */
export function gist(events: readonly StatusEvent[]): string[] {
  return events.map(({ IsOnline, Streams }) => `${IsOnline ? 'on' : 'off'} ${Streams.map((stream) => stream.VideoId)}`);
}

export const sequences = (events: readonly StatusEvent[]): number[] =>
  events.map(({ Metadata }) => Number(Metadata.Sequence));

function quiet(redis: Redis): Redis {
  return redis.on('error', () => undefined);
}

function readEvent(fields: readonly string[]): StatusEvent {
  return statusEvent.parse(JSON.parse(fields[fields.indexOf('event') + 1] ?? ''));
}

async function record(database: ReturnType<typeof openDatabase>, specs: readonly ChangeSpec[]) {
  const now = new Date();
  const rows = specs.map((spec) => {
    const { platform = 'twitch', identifier, broadcastId = identifier, direction = 'online', lane = 'urgent' } = spec;
    const { happenedAt = now, dueAt = now, title = `Stream ${broadcastId}` } = spec;
    const broadcast = {
      id: broadcastId,
      title,
      scheduledStart: null,
      startedAt: happenedAt,
      endedAt: null,
      details: {},
    };
    const stream = toStreamData({
      key: { platform, identifier },
      channel: { title: `Channel ${identifier}`, login: null },
      broadcast,
      happenedAt,
    });
    return {
      platform,
      identifier,
      broadcastId,
      direction,
      lane,
      state: 'waiting',
      stream,
      happenedAt,
      recordedAt: now,
      dueAt,
    };
  });
  return database.change.createManyAndReturn({ data: rows as never });
}
