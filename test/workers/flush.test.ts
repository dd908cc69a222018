import type { Job } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createChangeQueue } from '../../src/producers/change-queue.ts';
import {
  type ChangeJob,
  type ChangeQueue,
  type ChangeResult,
  changeJobId,
  openChangeQueue,
} from '../../src/shared/queues/change-queue.ts';
import type { QueuedChange } from '../../src/shared/store/change-store.ts';
import { createFlushWorker, type FlushWorkerParts } from '../../src/workers/flush.ts';
import { createFlushPace } from '../../src/workers/flush-pace.ts';
import { eventually } from '../support/eventually.ts';
import { type ChangeSpec, gist, type Outbox, openOutbox, silentLogger } from '../support/outbox.ts';

let outbox: Outbox;
let connection: Redis;
let queue: ChangeQueue;
let stops: (() => Promise<void>)[];

beforeEach(async () => {
  outbox = await openOutbox();
  connection = new Redis(outbox.server.url, { maxRetriesPerRequest: null });
  queue = openChangeQueue(connection);
  stops = [];
});

afterEach(async () => {
  for (const stop of stops) await stop();
  await queue.close();
  connection.disconnect();
  await outbox.close();
});

function worker(replaced: Partial<FlushWorkerParts> = {}) {
  const { changes, pace, backPressure, metrics } = outbox;
  const { flush } = outbox.flusher();
  const service = createFlushWorker({
    connection,
    changes,
    pace,
    backPressure,
    flush,
    metrics,
    logger: silentLogger,
    ...replaced,
  });
  stops.push(() => service.stop());
  return service;
}

/** Records changes and gives them their jobs. */
async function change(specs: readonly ChangeSpec[]): Promise<QueuedChange[]> {
  const rows = (await outbox.record(specs)) as unknown as QueuedChange[];
  await createChangeQueue({ queue }).queueChanges(rows);
  return rows;
}

const results = async (): Promise<ChangeResult[]> => (await queue.getCompleted()).map((job) => job.returnvalue);
const counts = () => queue.getJobCounts('wait', 'active', 'delayed', 'completed', 'failed');

async function failed(): Promise<Job<ChangeJob, ChangeResult>> {
  return eventually(async () => {
    const [job] = await queue.getFailed();
    expect(job).toBeDefined();
    return job as Job<ChangeJob, ChangeResult>;
  });
}

it('publishes changes as their jobs come and completes the jobs', async () => {
  await worker().start();
  await change([{ identifier: '1' }]);
  await eventually(() => expect(gist(outbox.heard)).toEqual(['on 1']));
  await eventually(async () => expect(await results()).toEqual(['published']));
});

it('merges what comes within one interval into one event', async () => {
  const pace = createFlushPace({ redis: outbox.redis, urgentIntervalMs: () => 300, publishRate: () => 20 });
  await outbox.redis.set('{streams}.slot:twitch', '1', 'PX', 1_000);
  await worker({ pace }).start();
  for (const batch of ['a', 'b', 'c', 'd']) await change([1, 2, 3, 4, 5].map((i) => ({ identifier: `${batch}${i}` })));
  await eventually(async () => expect(await counts()).toMatchObject({ completed: 20 }));
  expect((await outbox.logged()).length).toBeLessThanOrEqual(4);
  expect((await outbox.logged()).flatMap(({ event }) => event.Streams)).toHaveLength(20);
});

it('lets a normal change wait for the end of its window', async () => {
  await change([{ identifier: '1', lane: 'normal', dueAt: new Date(Date.now() + 3_600_000) }]);
  expect(await counts()).toMatchObject({ delayed: 1, wait: 0 });
  const [job] = await queue.getDelayed();
  await worker().start();
  await job?.promote();
  await eventually(() => expect(gist(outbox.heard)).toEqual(['on 1']));
});

it('publishes each change once with two workers at work, and leaves no job behind', async () => {
  await Promise.all([worker().start(), worker().start()]);
  for (let i = 0; i < 10; i += 1) {
    await change(Array.from({ length: 30 }, (_, n) => ({ identifier: `${n}`, broadcastId: `${i}-${n}` })));
  }
  await eventually(async () =>
    expect(await counts()).toMatchObject({ wait: 0, active: 0, delayed: 0, failed: 0, completed: 300 }),
  );
  const published = (await outbox.logged()).flatMap(({ event }) => event.Streams.map((stream) => stream.VideoId));
  expect(published).toHaveLength(300);
  expect(new Set(published).size).toBe(300);
});

it('completes the job of a change that left with others, or was suppressed, or is not there any more', async () => {
  const rows = await outbox.record([{ identifier: '1' }, { identifier: '2', happenedAt: new Date(0) }]);
  await outbox.flusher().flush('twitch', []);
  const gone = { id: 999n, platform: 'twitch', lane: 'urgent', dueAt: new Date() } as const;
  await createChangeQueue({ queue }).queueChanges([...(rows as unknown as QueuedChange[]), gone]);
  await worker().start();
  await eventually(async () => expect((await results()).sort()).toEqual(['gone', 'published', 'suppressed']));
  expect(await outbox.logged()).toHaveLength(1);
});

it('tries again by itself after a failure', async () => {
  let faults = 1;
  const { flush } = outbox.flusher();
  const failing: typeof flush = (...args) => (faults-- > 0 ? Promise.reject(new Error('no database')) : flush(...args));
  await worker({ flush: failing }).start();
  await change([{ identifier: '1' }]);
  await eventually(async () => expect(await results()).toEqual(['published']));
  expect(await outbox.metrics.registry.getSingleMetricAsString('tallylight_job_retries_total')).toContain(
    'queue="change"} 1',
  );
});

it('keeps a job that failed for good, and publishes its change when somebody retries it', async () => {
  let broken = true;
  const { flush } = outbox.flusher();
  const failing: typeof flush = (...args) => (broken ? Promise.reject(new Error('no database')) : flush(...args));
  await worker({ flush: failing }).start();
  const [row] = (await outbox.record([{ identifier: '1' }])) as unknown as QueuedChange[];
  const data = { id: `${row?.id}`, platform: 'twitch', lane: 'urgent' } as const;
  await queue.add('urgent', data, { jobId: changeJobId(row?.id ?? 0n), attempts: 1 });
  const job = await failed();
  expect(job.failedReason).toBe('no database');
  expect(await outbox.states()).toEqual(['waiting']);
  broken = false;
  await job.retry();
  await eventually(() => expect(gist(outbox.heard)).toEqual(['on 1']));
  await eventually(async () => expect(await counts()).toMatchObject({ failed: 0, completed: 1 }));
});

it('fails a job that is none of ours at once, and says why', async () => {
  await worker().start();
  await queue.add('urgent', { id: '1; DROP TABLE', platform: 'twitch', lane: 'urgent' });
  const job = await failed();
  expect(job.failedReason).toContain('not a job for a change');
  expect(job.attemptsMade).toBe(1);
});

it('finishes what is in hand when told to stop, without waiting for its slot', async () => {
  const pace = createFlushPace({ redis: outbox.redis, urgentIntervalMs: () => 3_600_000, publishRate: () => 20 });
  await pace.slot('twitch');
  const service = worker({ pace });
  await service.start();
  await change([{ identifier: '1' }]);
  await eventually(async () => expect(await counts()).toMatchObject({ active: 1 }));
  await service.stop();
  expect(await outbox.states()).toEqual(['published']);
  expect(await counts()).toMatchObject({ active: 0, completed: 1 });
});

it('gives back what it cannot finish in time, without using up an attempt', async () => {
  const stuck = worker({ flush: () => new Promise(() => undefined), finishMs: 50 });
  await stuck.start();
  await change([{ identifier: '1' }]);
  await eventually(async () => expect(await counts()).toMatchObject({ active: 1 }));
  await stuck.stop();
  expect(await counts()).toMatchObject({ active: 0, wait: 1, failed: 0 });
  expect((await queue.getWaiting())[0]?.attemptsMade).toBe(0);
  await worker().start();
  await eventually(async () => expect(await results()).toEqual(['published']));
});

it('may be stopped twice, and without having been started', async () => {
  const service = worker();
  await service.stop();
  await service.stop();
});
