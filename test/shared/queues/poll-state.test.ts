import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { dueKey, restKey, sickKey, stretchKey } from '../../../src/shared/queues/keys.ts';
import { readPollState } from '../../../src/shared/queues/poll-state.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';

let server: TestRedis;
let redis: Redis;
beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});
beforeEach(() => redis.flushall());
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const now = new Date('2026-11-01T10:00:00Z');
const read = () => readPollState(redis, { platform: 'twitch', now, intervalMs: 60_000 });

it('is all at rest where nothing is tracked', async () => {
  expect(await read()).toEqual({
    ...{ resting: null, sickSince: null, due: 0, overdue: 0, mostOverdueMs: 0, stretch: 1, forecasts: {} },
  });
});

it('counts what is due, and of it what has waited for an interval more', async () => {
  const at = now.getTime();
  await redis.zadd(dueKey('twitch'), at + 1, 'later', at, 'now', at - 59_999, 'late', at - 60_000, 'overdue');
  await redis.zadd(dueKey('youtube'), 0, 'elsewhere');
  expect(await read()).toMatchObject({ due: 3, overdue: 1, mostOverdueMs: 60_000 });
});

it('says nothing of lateness while all that is due is still to come', async () => {
  await redis.zadd(dueKey('twitch'), now.getTime() + 5_000, 'later');
  expect(await read()).toMatchObject({ due: 0, mostOverdueMs: 0 });
});

it('says since when a platform is sick, until it is believed', async () => {
  const at = now.getTime();
  await redis.set(sickKey('twitch'), at - 60_000);
  expect((await read()).sickSince).toEqual(new Date(at - 60_000));
  await redis.set(sickKey('twitch'), at - 30 * 60_000);
  expect((await read()).sickSince).toBeNull();
});

it('says why and until when a platform rests, and by how much its intervals are stretched', async () => {
  await redis.set(restKey('twitch'), 'budget-spent', 'PX', 600_000);
  await redis.set(stretchKey('twitch'), '2.5');
  const { resting, stretch } = await read();
  expect(stretch).toBe(2.5);
  expect(resting?.reason).toBe('budget-spent');
  const restMs = (resting?.until?.getTime() ?? 0) - now.getTime();
  expect(restMs).toBeGreaterThan(0);
  expect(restMs).toBeLessThanOrEqual(600_000);
});
