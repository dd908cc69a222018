import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Pin } from '../../../src/shared/domain/pin.ts';
import { createPinStore } from '../../../src/shared/store/pin-store.ts';
import { readSchedulers } from '../../../src/shared/queues/schedulers.ts';
import { openTracking, type TrackingProcess } from '../../support/core.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { followWish, unfollowWish } from '../../support/wishes.ts';

let database: TestDatabase;
let redis: TestRedis;
let process: TrackingProcess;

beforeAll(async () => {
  [database, redis] = await Promise.all([createDatabase(), startRedis()]);
  process = openTracking({ databaseUrl: database.url, redisUrl: redis.url });
});

afterAll(async () => {
  await process?.close();
  await Promise.all([database?.drop(), redis?.stop()]);
});

const key = { platform: 'twitch', identifier: '77' } as const;
const recorded: Pin = { ...key, reason: 'record', source: 'cli' };
const inCategory: Pin = { ...key, reason: 'category', source: 'notice' };

const scheduled = async (): Promise<string[]> =>
  (await readSchedulers(process.redis, process.queues.twitch)).map(({ id }) => id);
const trackedSince = async (): Promise<Date | null | undefined> =>
  (await process.database.stream.findFirst({ where: key }))?.trackedSince;

it('tracks a key while a pin or a follow wants it, and counts its tracking from the first', async () => {
  await process.applyPins({ added: [recorded], removed: [] });
  expect(await scheduled()).toEqual(['twitch/77']);
  const since = await trackedSince();
  expect(since).toBeInstanceOf(Date);

  await process.applyWishes([followWish(key)]);
  await process.applyPins({ added: [inCategory], removed: [recorded] });
  await process.applyPins({ added: [inCategory], removed: [recorded] });
  expect(await createPinStore(process.database).of(key)).toEqual([inCategory]);
  expect(await trackedSince()).toEqual(since);

  await process.applyPins({ added: [], removed: [inCategory] });
  expect(await scheduled()).toEqual(['twitch/77']);
  await process.applyWishes([unfollowWish(key)]);
  expect(await scheduled()).toEqual([]);
  expect(await trackedSince()).toBeNull();
});

it('keeps polling a pinned key whose last guild leaves', async () => {
  await process.applyWishes([followWish(key, { saidAt: '2030-01-01T00:00:00.000000Z' })]);
  await process.applyPins({ added: [recorded], removed: [] });
  await process.applyWishes([unfollowWish(key, { saidAt: '2030-01-02T00:00:00.000000Z' })]);
  expect(await scheduled()).toEqual(['twitch/77']);
  expect(await process.tracking.untrackedAmong([key])).toEqual([]);
  await process.applyPins({ added: [], removed: [recorded] });
  expect(await process.tracking.untrackedAmong([key])).toEqual([key]);
});
