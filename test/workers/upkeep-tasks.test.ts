import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BudgetReading } from '../../src/shared/platforms/budget.ts';
import { stretchKey } from '../../src/shared/queues/keys.ts';
import { type Database, openDatabase } from '../../src/shared/runtime/database.ts';
import { createTrackingStore } from '../../src/shared/store/tracking-store.ts';
import { createCleanUp } from '../../src/workers/clean-up.ts';
import { createExpectHabits } from '../../src/workers/expect-habits.ts';
import { createStretchIntervals } from '../../src/workers/stretch-intervals.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

const NOW = new Date('2026-09-26T20:00:00.447Z');
const DAY_MS = 24 * 60 * 60_000;
const at = (daysAgo: number, clockTime = '20:05'): Date =>
  new Date(new Date(`2026-09-26T${clockTime}:00Z`).getTime() - daysAgo * DAY_MS);

let server: TestDatabase;
let database: Database;
let redisServer: TestRedis;
let redis: Redis;

beforeAll(async () => {
  [server, redisServer] = await Promise.all([createDatabase(), startRedis()]);
  database = openDatabase(server.url, 2);
  redis = new Redis(redisServer.url);
});

beforeEach(async () => {
  await database.$executeRaw`TRUNCATE stream, broadcast, change, unfollow, batch`;
  await redis.flushall();
});

afterAll(async () => {
  redis?.disconnect();
  await database?.$disconnect();
  await Promise.all([server?.drop(), redisServer?.stop()]);
});

async function began(identifier: string, ...times: Date[]): Promise<void> {
  await database.stream.create({ data: { platform: 'twitch', identifier, guilds: 1 } });
  await database.broadcast.createMany({
    data: times.map((startedAt, i) => ({
      ...{ platform: 'twitch', broadcastId: `${identifier}-${i}`, identifier, state: 'ended', startedAt },
      updatedAt: startedAt,
    })),
  });
}

describe('habits', () => {
  it('are what began at this hour on three days of the last four weeks', async () => {
    await began('regular', at(1), at(2, '20:30'), at(7, '19:40'));
    await began('twice', at(1), at(2));
    await began('same-day', at(1), at(1, '20:10'), at(1, '20:20'));
    await began('other-hour', at(1, '09:00'), at(2, '09:00'), at(3, '09:00'));
    await began('long-ago', at(40), at(41), at(42));
    await createExpectHabits({ database, clock: { now: () => NOW } })();
    const expected = await database.stream.findMany({ where: { expectedUntil: { gt: NOW } } });
    expect(expected.map((stream) => stream.identifier)).toEqual(['regular']);
  });

  it('know that midnight is in the middle of a night', async () => {
    const midnight = new Date('2026-09-27T00:00:00Z');
    await began('owl', at(1, '23:50'), at(2, '00:10'), at(4, '23:55'));
    await createExpectHabits({ database, clock: { now: () => midnight } })();
    expect(await database.stream.count({ where: { expectedUntil: { gt: midnight } } })).toBe(1);
  });
});

describe('stretching to the budget', () => {
  it('slows a platform down that spends too quickly, and lets go when it is over', async () => {
    let now = NOW.getTime();
    const resetsAt = new Date(now + 3_600_000);
    let reading: BudgetReading = { name: 'units', limit: 1_000, used: 0, left: 1_000, resetsAt };
    const stretchIntervals = createStretchIntervals({
      ...{ redis, platforms: ['youtube'] as const, logger: pino({ level: 'silent' }) },
      readBudgets: async () => [reading],
      clock: { now: () => new Date(now) },
    });
    await stretchIntervals();
    now += 60_000;
    reading = { ...reading, used: 100, left: 900 };
    expect(await stretchIntervals()).toMatchObject([{ platform: 'youtube', forecasts: { units: 6_000 } }]);
    expect(Number(await redis.get(stretchKey('youtube')))).toBeGreaterThan(3);
    reading = { name: 'units', limit: 1_000, used: 0, left: 1_000, resetsAt: null };
    for (let i = 0; i < 5; i++) await stretchIntervals();
    expect(await redis.get(stretchKey('youtube'))).toBeNull();
  });
});

describe('cleaning up', () => {
  it('forgets what is long over, and nothing that waits, is live, or could come back', async () => {
    await began('old', at(60));
    await began('recent', at(3));
    await database.broadcast.updateMany({ where: { identifier: 'old' }, data: { updatedAt: at(60) } });
    await database.broadcast.create({
      data: { platform: 'twitch', broadcastId: 'waits', identifier: 'old', state: 'ended', updatedAt: at(60) },
    });
    const change = { platform: 'twitch', identifier: 'old', direction: 'online', lane: 'urgent', stream: {} };
    const times = { happenedAt: at(60), recordedAt: at(60), dueAt: at(60) };
    await database.change.createMany({
      data: [
        { ...change, ...times, broadcastId: 'old-0', state: 'published' },
        { ...change, ...times, broadcastId: 'waits', state: 'waiting' },
      ],
    });
    await database.unfollow.createMany({
      data: [8, 1].map((days) => ({ platform: 'twitch', identifier: 'x', guildId: String(days), saidAt: at(days) })),
    });
    const cleanUp = createCleanUp({ database, tracking: createTrackingStore(database), clock: { now: () => NOW } });
    expect(await cleanUp()).toMatchObject({ unfollows: 1, changes: 1, broadcasts: 1 });
    const left = await database.broadcast.findMany({ orderBy: { broadcastId: 'asc' } });
    expect(left.map((broadcast) => broadcast.broadcastId)).toEqual(['recent-0', 'waits']);
    expect(await cleanUp()).toMatchObject({ unfollows: 0, changes: 0, broadcasts: 0 });
  });
});
