import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PLATFORMS, perPlatform } from '../../src/shared/domain/platform.ts';
import type { StreamKey } from '../../src/shared/domain/stream-key.ts';
import { DERIVED_MARK, dueKey } from '../../src/shared/queues/keys.ts';
import { systemClock } from '../../src/shared/runtime/clock.ts';
import { createMetrics } from '../../src/shared/runtime/metrics.ts';
import { createReconcile, type Reconcile } from '../../src/workers/reconcile.ts';
import { createReconcileSchedules } from '../../src/workers/reconcile-schedules.ts';
import { createRedisWatch } from '../../src/workers/redis-watch.ts';
import { openTracking, POLL_INTERVAL_MS, type TrackingProcess } from '../support/core.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { followWish, unfollowWish } from '../support/wishes.ts';

let redis: TestRedis;
let database: TestDatabase;
let tally: TrackingProcess;
let reconcile: Reconcile;

beforeAll(async () => {
  [redis, database] = await Promise.all([startRedis(), createDatabase()]);
  tally = openTracking({ databaseUrl: database.url, redisUrl: redis.url });
  reconcile = reconcileOf(tally);
});

function reconcileOf({ redis, queues, tracking, align }: TrackingProcess): Reconcile {
  return createReconcile({
    ...{ redis, clock: systemClock, logger: pino({ level: 'silent' }), metrics: createMetrics() },
    reconcileSchedules: createReconcileSchedules({
      ...{ redis, queues, tracking, align, pollIntervalMs: perPlatform(() => POLL_INTERVAL_MS) },
    }),
    reconcileChanges: async () => [],
    reconcileLive: async () => [],
    reconcilePush: async () => [],
    reconcileUpkeep: async () => [],
  });
}

beforeEach(async () => {
  await tally.redis.flushall();
  await tally.database.$executeRaw`TRUNCATE stream, follow, unfollow`;
});

afterAll(async () => {
  await tally?.close();
  await Promise.all([redis?.stop(), database?.drop()]);
});

const KEYS: StreamKey[] = PLATFORMS.flatMap((platform) =>
  ['1', '2', 'a:b'].map((identifier) => ({ platform, identifier })),
);

async function follow(keys: readonly StreamKey[]): Promise<void> {
  await tally.applyWishes(keys.map((key) => followWish(key)));
}

async function scheduled(): Promise<string[]> {
  const lists = await Promise.all(PLATFORMS.map((platform) => tally.queues[platform].getJobSchedulers(0, -1)));
  return lists.flatMap((list) => list.map((scheduler) => scheduler.key)).sort();
}

const texts = (keys: readonly StreamKey[]): string[] => keys.map((key) => `${key.platform}/${key.identifier}`).sort();

describe('reconcile', () => {
  it('finds nothing to do when everything agrees', async () => {
    await follow(KEYS);
    expect(await reconcile({ dryRun: false })).toEqual([]);
  });

  it('brings everything back after Redis was emptied, and finds nothing the second time', async () => {
    await follow(KEYS);
    await tally.redis.flushall();
    const repairs = await reconcile({ dryRun: false });
    expect(repairs.map((repair) => repair.key).sort()).toEqual(texts(KEYS));
    expect(await scheduled()).toEqual(texts(KEYS));
    expect(await reconcile({ dryRun: false })).toEqual([]);
  });

  it('only tells, when asked for a dry run', async () => {
    await follow(KEYS);
    await tally.redis.flushall();
    expect(await reconcile({ dryRun: true })).toHaveLength(KEYS.length);
    expect(await scheduled()).toEqual([]);
    expect(await tally.redis.exists(DERIVED_MARK)).toBe(0);
  });

  it('stops what nobody follows, schedulers and due keys alike', async () => {
    const [first, ...others] = KEYS;
    if (!first) throw new Error('no key');
    await follow(KEYS);
    await tally.tracking.apply([unfollowWish(first)]);
    expect(await reconcile({ dryRun: false })).toEqual([
      { what: 'stop polling', key: `${first.platform}/${first.identifier}` },
    ]);
    expect(await scheduled()).toEqual(texts(others));
    expect(await tally.redis.zscore(dueKey(first.platform), first.identifier)).toBeNull();
  });

  it('stops nothing because a table is empty', async () => {
    await follow(KEYS);
    await tally.database.$executeRaw`TRUNCATE stream, follow, unfollow`;
    expect(await reconcile({ dryRun: false })).toEqual([]);
    expect(await scheduled()).toEqual(texts(KEYS));
  });

  it('stops nothing when the table cannot be read', async () => {
    await follow(KEYS);
    await tally.database.$executeRaw`ALTER TABLE stream RENAME TO elsewhere`;
    try {
      await expect(reconcile({ dryRun: false })).rejects.toThrow();
    } finally {
      await tally.database.$executeRaw`ALTER TABLE elsewhere RENAME TO stream`;
    }
    expect(await scheduled()).toEqual(texts(KEYS));
  });

  it('gives a scheduler whose next job is lost another one', async () => {
    await follow([{ platform: 'twitch', identifier: '7' }]);
    const queue = tally.queues.twitch;
    const past = Date.now() - 10 * POLL_INTERVAL_MS;
    const [job] = await queue.getJobs(['delayed']);
    await job?.remove({ removeChildren: true }).catch(() => undefined);
    await tally.redis.zadd(queue.toKey('repeat'), past, 'twitch/7');
    const began = Date.now();
    expect(await reconcile({ dryRun: false })).toEqual([{ what: 'correct schedule', key: 'twitch/7' }]);
    const [scheduler] = await queue.getJobSchedulers(0, -1);
    expect(scheduler?.next).toBeGreaterThan(began);
    expect(await queue.getJob(`repeat:twitch/7:${scheduler?.next}`)).toBeDefined();
  });

  it('gives a key whose pace changed its new interval', async () => {
    await follow([{ platform: 'twitch', identifier: '7' }]);
    await tally.database.stream.updateMany({ data: { pace: 'fast' } });
    expect(await reconcile({ dryRun: false })).toEqual([{ what: 'correct schedule', key: 'twitch/7' }]);
    const [scheduler] = await tally.queues.twitch.getJobSchedulers(0, -1);
    expect(scheduler?.every).toBe(POLL_INTERVAL_MS / 2);
  });
});

describe('watching Redis', () => {
  it('reconciles at its start, and again whenever Redis was emptied', async () => {
    await follow(KEYS);
    await tally.redis.flushall();
    const watch = createRedisWatch({
      redis: tally.redis,
      reconcile,
      reconcileAtStart: reconcile,
      everyMs: 50,
      againAfterMs: 50,
      logger: pino({ level: 'silent' }),
    });
    await watch.start();
    await eventually(async () => expect(await scheduled()).toEqual(texts(KEYS)));
    await eventually(async () => expect(await tally.redis.exists(DERIVED_MARK)).toBe(1));
    await tally.redis.flushall();
    await eventually(async () => expect(await scheduled()).toEqual(texts(KEYS)));
    await watch.stop();
  });
});

describe('watching which server Redis is', () => {
  it('compares with the tables when the server was started again, and once more a little later', async () => {
    const kept = await startRedis({ appendOnly: true });
    const own = openTracking({ databaseUrl: database.url, redisUrl: kept.url });
    const compare = reconcileOf(own);
    await own.applyWishes(KEYS.map((key) => followWish(key)));
    const runs: string[] = [];
    const counted = (name: string): Reconcile => {
      return async (options) => {
        const repairs = await compare(options);
        runs.push(name);
        return repairs;
      };
    };
    const watch = createRedisWatch({
      ...{ redis: own.redis, everyMs: 50, againAfterMs: 200, logger: pino({ level: 'silent' }) },
      ...{ reconcile: counted('seen'), reconcileAtStart: counted('start') },
    });
    await watch.start();
    await eventually(() => expect(runs).toEqual(['start']));
    // As a failover leaves it: every mark is there, and a write that came last is not.
    await own.redis.zrem(dueKey('twitch'), '1');
    await kept.restart();
    await eventually(async () => expect(await own.redis.zscore(dueKey('twitch'), '1')).not.toBeNull());
    await eventually(() => expect(runs).toEqual(['start', 'seen', 'seen']));
    await watch.stop();
    await own.close();
    await kept.stop();
  });

  it('finds out when only the part of one queue was emptied', async () => {
    await follow(KEYS);
    await reconcile({ dryRun: false });
    const watch = createRedisWatch({
      ...{ redis: tally.redis, reconcile, reconcileAtStart: async () => [], everyMs: 50, againAfterMs: 50 },
      logger: pino({ level: 'silent' }),
    });
    await watch.start();
    const part = await tally.redis.keys('tallylight:{poll-twitch}:*');
    await tally.redis.del(...part);
    await eventually(async () => expect(await scheduled()).toEqual(texts(KEYS)));
    await watch.stop();
  });
});

describe('applying wishes while Redis is away', () => {
  it('catches up with the schedulers when the same wishes are applied again', async () => {
    const [one, two] = KEYS;
    if (!one || !two) throw new Error('no keys');
    await redis.kill();
    await expect(tally.applyWishes([followWish(one)])).rejects.toThrow();
    await redis.restart({ empty: true });
    await eventually(() => tally.applyWishes([followWish(one)]));
    expect(await scheduled()).toEqual(texts([one]));
    await tally.applyWishes([followWish(two), unfollowWish(one)]);
    expect(await scheduled()).toEqual(texts([two]));
  });
});
