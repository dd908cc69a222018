import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createPlanLooks } from '../../src/producers/planned-looks.ts';
import { openPollQueues, type PollQueues } from '../../src/shared/queues/poll-queues.ts';
import { slotOf } from '../../src/workers/poll.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let server: TestRedis;
let redis: Redis;
let queues: PollQueues;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url, { maxRetriesPerRequest: 1 });
  queues = openPollQueues(redis);
});

beforeEach(async () => {
  await redis.flushall();
});

afterAll(async () => {
  await Promise.all(Object.values(queues ?? {}).map((queue) => queue.close()));
  redis?.disconnect();
  await server?.stop();
});

const inAnHour = () => new Date(Date.now() + 60 * 60_000);
const video = (at: Date, about = '12345678901') =>
  ({ platform: 'youtube', identifier: 'UCa', why: 'start', about, at }) as const;

async function planned(platform: 'youtube' | 'twitter' = 'youtube') {
  const jobs = await queues[platform].getDelayed();
  return jobs.map((job) => ({ name: job.name, data: job.data, at: slotOf(job) })).sort((a, b) => a.at - b.at);
}

test('a look is planned once for each start, however often and by however many it is planned', async () => {
  const plan = createPlanLooks({ queues, clock: { now: () => new Date() } });
  const [start, began] = [inAnHour(), Date.now()];
  await Promise.all(Array.from({ length: 20 }, () => plan([video(start), video(start, '-_aaaaaaaaa')])));
  await plan([]);
  const tookMs = Date.now() - began;
  const looks = await planned();
  expect(looks).toHaveLength(2);
  for (const look of looks) {
    expect(look).toMatchObject({ name: 'look', data: { identifier: 'UCa', reason: 'start' } });
    // BullMQ stamps the job with its own clock, a little later.
    expect(look.at).toBeGreaterThanOrEqual(start.getTime());
    expect(look.at).toBeLessThanOrEqual(start.getTime() + tookMs);
  }
});

test('a new start has its own look, on each platform in its own queue, and a broadcast id may be any text', async () => {
  const plan = createPlanLooks({ queues, clock: { now: () => new Date() } });
  const [first, second] = [inAnHour(), new Date(Date.now() + 2 * 60 * 60_000)];
  await plan([video(first)]);
  await plan([video(second), { ...video(first, 'a:b'), platform: 'twitter' }]);
  expect(await planned()).toHaveLength(2);
  expect(await planned('twitter')).toHaveLength(1);
});

test('what a process has planned it does not plan again with every look, but soon enough for a Redis that was emptied', async () => {
  let now = new Date();
  const plan = createPlanLooks({ queues, clock: { now: () => now } });
  const looks = [video(inAnHour()), video(inAnHour(), '-_aaaaaaaaa')];
  await plan(looks);
  await redis.flushall();
  await plan(looks);
  expect(await planned()).toEqual([]);

  const other = video(inAnHour(), 'another-one');
  await plan([...looks, other]);
  expect(await planned()).toHaveLength(1);

  now = new Date(now.getTime() + 6 * 60_000);
  await plan(looks);
  expect(await planned()).toHaveLength(3);
});

test('what could not be planned is planned by the next look', async () => {
  const away = new Redis(server.url, { maxRetriesPerRequest: 1 });
  const plan = createPlanLooks({ queues: openPollQueues(away), clock: { now: () => new Date() } });
  const look = video(inAnHour());
  await away.ping();
  away.disconnect();
  await expect(plan([look])).rejects.toThrow();
  await away.connect();
  await plan([look]);
  expect(await planned()).toHaveLength(1);
  away.disconnect();
});
