import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createChangeQueue } from '../../src/producers/change-queue.ts';
import { changeBackoff, type ChangeQueue, changeJobId, openChangeQueue } from '../../src/shared/queues/change-queue.ts';
import { queuePrefix } from '../../src/shared/queues/keys.ts';
import { eventually } from '../support/eventually.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let server: TestRedis;
let redis: Redis;
let queue: ChangeQueue;

beforeEach(async () => {
  server = await startRedis();
  redis = new Redis(server.url, { maxRetriesPerRequest: null });
  queue = openChangeQueue(redis);
});

afterEach(async () => {
  await queue.close();
  redis.disconnect();
  await server.stop();
});

const urgent = (id: bigint) => ({ id, platform: 'twitch', lane: 'urgent', dueAt: new Date() }) as const;

/** Runs every job that waits, as `work` says. */
async function runJobs(work: () => Promise<'published'>): Promise<void> {
  const worker = new Worker('change', work, { connection: redis, prefix: queuePrefix('change') });
  await eventually(async () => expect(await queue.getJobCountByTypes('wait', 'active')).toBe(0));
  await worker.close();
}

it('adds one job for a change, however often it is told', async () => {
  const { queueChanges } = createChangeQueue({ queue });
  await Promise.all([queueChanges([urgent(1n), urgent(2n)]), queueChanges([urgent(2n)]), queueChanges([urgent(1n)])]);
  const jobs = await queue.getWaiting();
  expect(jobs.map((job) => [job.id, job.data]).sort()).toEqual([
    ['change-1', { id: '1', platform: 'twitch', lane: 'urgent' }],
    ['change-2', { id: '2', platform: 'twitch', lane: 'urgent' }],
  ]);
});

it('keeps ids that JSON numbers cannot hold', async () => {
  const id = 9_007_199_254_740_993n;
  await createChangeQueue({ queue }).queueChanges([urgent(id)]);
  expect((await queue.getJob(changeJobId(id)))?.data.id).toBe('9007199254740993');
});

it('delays a change until it is due, and one that is overdue not at all', async () => {
  const now = new Date('2026-09-26T10:00:10Z');
  const { queueChanges } = createChangeQueue({ queue, clock: { now: () => now } });
  const at = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
  await queueChanges([
    { ...urgent(1n), lane: 'normal', dueAt: at(20) },
    { ...urgent(2n), dueAt: at(-5) },
  ]);
  expect((await queue.getJob('change-1'))?.delay).toBe(20_000);
  expect((await queue.getJob('change-2'))?.delay).toBe(0);
});

it('takes 2,500 changes at once', async () => {
  await createChangeQueue({ queue }).queueChanges(Array.from({ length: 2_500 }, (_, i) => urgent(BigInt(i))));
  expect(await queue.getJobCountByTypes('wait')).toBe(2_500);
});

it('finds the changes that no job will publish, and gives each of them one that runs', async () => {
  const { queueChanges, unqueued, requeue } = createChangeQueue({ queue });
  await queue.add('urgent', { id: '1', platform: 'twitch', lane: 'urgent' }, { jobId: 'change-1', attempts: 1 });
  await runJobs(() => Promise.reject(new Error('no database')));
  await queueChanges([urgent(2n)]);
  await runJobs(async () => 'published');
  await queueChanges([urgent(3n), { ...urgent(4n), dueAt: new Date(Date.now() + 60_000) }]);

  const found = await unqueued([1n, 2n, 3n, 4n, 5n].map(urgent));
  expect(found.missing.map(({ id }) => id)).toEqual([5n]);
  expect(found.finished.map(({ id }) => id)).toEqual([1n, 2n]);

  await requeue(found);
  expect((await queue.getWaiting()).map((job) => job.id).sort()).toEqual([
    'change-1',
    'change-2',
    'change-3',
    'change-5',
  ]);
  expect((await queue.getJob('change-1'))?.attemptsMade).toBe(0);
  expect(await unqueued([1n, 2n, 3n, 4n, 5n].map(urgent))).toEqual({ missing: [], finished: [] });
});

it('waits longer after each failure, a minute at most', () => {
  expect([1, 2, 3, 6, 7, 50].map(changeBackoff)).toEqual([1_000, 2_000, 4_000, 32_000, 60_000, 60_000]);
});
