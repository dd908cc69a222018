import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { perPlatform } from '../../src/shared/domain/platform.ts';
import { createDueKeys } from '../../src/shared/queues/due-keys.ts';
import { dueKey, stretchKey } from '../../src/shared/queues/keys.ts';
import { createHastenLooks } from '../../src/workers/hasten-looks.ts';
import { openTracking, type TrackingProcess } from '../support/core.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { followWish } from '../support/wishes.ts';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;

let redis: TestRedis;
let database: TestDatabase;
let tally: TrackingProcess;

beforeAll(async () => {
  [redis, database] = await Promise.all([startRedis(), createDatabase()]);
  tally = openTracking({ databaseUrl: database.url, redisUrl: redis.url });
});

beforeEach(async () => {
  await tally.redis.flushall();
  await tally.database.$executeRaw`TRUNCATE stream, follow, unfollow`;
});

afterAll(async () => {
  await tally?.close();
  await Promise.all([redis?.stop(), database?.drop()]);
});

/** Keys of Twitch, in how many minutes each is due, and its pace. */
async function due(keys: Readonly<Record<string, [minutes: number, pace?: string]>>): Promise<void> {
  for (const [identifier, [minutes, pace = 'normal']] of Object.entries(keys)) {
    await tally.applyWishes([followWish({ platform: 'twitch', identifier })]);
    await tally.database.stream.updateMany({ where: { identifier }, data: { pace } });
    await tally.redis.zadd(dueKey('twitch'), NOW + minutes * MINUTE, identifier);
  }
}

async function minutesLeft(identifier: string): Promise<number> {
  return (Number(await tally.redis.zscore(dueKey('twitch'), identifier)) - NOW) / MINUTE;
}

const hasten = (intervalMs = MINUTE) =>
  createHastenLooks({
    ...{ redis: tally.redis, tracking: tally.tracking, clock: { now: () => new Date(NOW) } },
    pollIntervalMs: perPlatform(() => intervalMs),
  })();

describe('after an interval became shorter', () => {
  it('keys that were looked at before are due at their next poll; all others stay', async () => {
    await due({ far: [59], soon: [0.5], past: [-3], slow: [3.9, 'slow'], sleeper: [200, 'slow'], fast: [30, 'fast'] });
    expect(await hasten()).toBe(3);
    expect(await Promise.all(['far', 'sleeper', 'fast'].map(minutesLeft))).toEqual([0, 0, 0]);
    expect(await Promise.all(['soon', 'past', 'slow'].map(minutesLeft))).toEqual([0.5, -3, 3.9]);
    expect(await hasten()).toBe(0);
  });

  it('no more come at once than a stretched budget can pay for', async () => {
    await due(Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`k${i}`, [600]])));
    await tally.redis.set(stretchKey('twitch'), 11);
    expect(await hasten()).toBe(40);
    const left = await Promise.all(Array.from({ length: 40 }, (_, i) => minutesLeft(`k${i}`)));
    expect(Math.max(...left)).toBeLessThanOrEqual(10);
    expect(new Set(left).size).toBeGreaterThan(20);
  });

  it('what is not tracked is not looked at, and nothing new becomes due', async () => {
    await due({ far: [59] });
    await tally.redis.zadd(dueKey('twitch'), NOW + 59 * MINUTE, 'stranger');
    expect(await hasten()).toBe(1);
    expect(await minutesLeft('stranger')).toBe(59);
    expect(await tally.redis.zcard(dueKey('twitch'))).toBe(2);
  });

  it('a key that was looked at since it was read keeps its new time', async () => {
    await due({ far: [59] });
    const dueKeys = createDueKeys(tally.redis, 'twitch');
    const [read] = await dueKeys.dueAfter(NOW + MINUTE);
    await tally.redis.zadd(dueKey('twitch'), NOW + 1.2 * MINUTE, 'far');
    expect(read).toEqual({ identifier: 'far', dueAt: NOW + 59 * MINUTE });
    expect(await dueKeys.bringForward(read ? [{ ...read, sooner: NOW }] : [])).toBe(0);
    expect(await minutesLeft('far')).toBeCloseTo(1.2);
  });
});

it('a longer interval brings nothing forward', async () => {
  await due({ far: [59] });
  expect(await hasten(120 * MINUTE)).toBe(0);
});
