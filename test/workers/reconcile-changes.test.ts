import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createChangeQueue } from '../../src/producers/change-queue.ts';
import { type ChangeQueue, openChangeQueue } from '../../src/shared/queues/change-queue.ts';
import { createReconcileChanges } from '../../src/workers/reconcile-changes.ts';
import { createReconcileLive } from '../../src/workers/reconcile-live.ts';
import { type Outbox, openOutbox } from '../support/outbox.ts';

let outbox: Outbox;
let redis: Redis;
let queue: ChangeQueue;

beforeEach(async () => {
  outbox = await openOutbox();
  redis = new Redis(outbox.server.url, { maxRetriesPerRequest: null });
  queue = openChangeQueue(redis);
});

afterEach(async () => {
  await queue.close();
  redis.disconnect();
  await outbox.close();
});

const inAMinute = (): Date => new Date(Date.now() + 60_000);

it('queues again what waits without a job, and only tells when asked to', async () => {
  const [first, second] = await outbox.record([{ identifier: '1' }, { identifier: '2' }]);
  const reconcile = createReconcileChanges({ waiting: outbox.changes.waiting, ...createChangeQueue({ queue }) });
  const repairs = [first, second].map((row) => ({ what: 'change-job', key: `change-${row?.id}` }));
  expect(await reconcile({ dryRun: true, now: inAMinute() })).toEqual(repairs);
  expect(await queue.getJobCountByTypes('wait')).toBe(0);
  expect(await reconcile({ dryRun: false, now: inAMinute() })).toEqual(repairs);
  expect(await queue.getJobCountByTypes('wait')).toBe(2);
  expect(await reconcile({ dryRun: false, now: inAMinute() })).toEqual([]);
});

it('leaves alone what was recorded just now, and what is over', async () => {
  await outbox.record([{ identifier: '1' }]);
  await outbox.flusher().flush('twitch', []);
  await outbox.record([{ identifier: '2' }]);
  const reconcile = createReconcileChanges({ waiting: outbox.changes.waiting, ...createChangeQueue({ queue }) });
  expect(await reconcile({ dryRun: false, now: new Date() })).toEqual([]);
});

it('brings the snapshot and the log back after Redis was emptied', async () => {
  await outbox.record([{ identifier: '1' }]);
  const { flush, restore } = outbox.flusher();
  await flush('twitch', []);
  await outbox.redis.flushall();
  const reconcile = createReconcileLive(restore);
  const repairs = [
    { what: 'log-epoch', key: '{streams}.log' },
    { what: 'live', key: 'twitch/1' },
  ];
  expect(await reconcile({ dryRun: true, now: new Date() })).toEqual(repairs);
  expect(await outbox.live()).toEqual([]);
  expect(await reconcile({ dryRun: false, now: new Date() })).toEqual(repairs);
  expect(await outbox.live()).toEqual(['twitch/1']);
  expect(await reconcile({ dryRun: false, now: new Date() })).toEqual([]);
});
