import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PollQueues, openPollQueues } from '../../src/shared/queues/poll-queues.ts';
import type { WantedKey } from '../../src/shared/queues/due-keys.ts';
import { systemClock } from '../../src/shared/runtime/clock.ts';
import { createMetrics } from '../../src/shared/runtime/metrics.ts';
import type { Service } from '../../src/shared/runtime/service.ts';
import { createLookStop } from '../../src/workers/look-stop.ts';
import { createPollWorker } from '../../src/workers/poll.ts';
import { eventually } from '../support/eventually.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let server: TestRedis;
let redis: Redis;
let queues: PollQueues;
let worker: Service;
const wanted: WantedKey[] = [];
const lookStop = createLookStop();
/** What a look at the one key does that no stop waits for. */
let onHang: (signal: AbortSignal) => Promise<void> = async () => undefined;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url, { maxRetriesPerRequest: null });
  queues = openPollQueues(redis);
  worker = createPollWorker({
    platform: 'twitch',
    connection: redis,
    sharedLook: async (key) => {
      wanted.push(key);
      if (key.identifier === 'hangs') await onHang(lookStop.signal());
      return 'idle';
    },
    lookAgain: async () => undefined,
    onProgress: () => undefined,
    lookStop,
    clock: systemClock,
    logger: pino({ level: 'silent' }),
    metrics: createMetrics(),
  });
  await worker.start();
});

afterAll(async () => {
  await worker?.stop();
  await Promise.all(Object.values(queues ?? {}).map((queue) => queue.close()));
  redis?.disconnect();
  await server?.stop();
});

test('each poll of a scheduler knows the instant for which it was planned, however late it runs', async () => {
  const plan = { every: 500, offset: 123 };
  await queues.twitch.upsertJobScheduler('twitch/1', plan, { name: 'poll', data: { identifier: '1' } });
  await eventually(() => expect(wanted.length).toBeGreaterThanOrEqual(3));
  expect(wanted.map(({ slot }) => slot % plan.every)).toEqual(wanted.map(() => plan.offset));
});

test('a worker that gave up a look when it was stopped looks again when it is started again', async () => {
  const seen: string[] = [];
  onHang = (signal) =>
    new Promise((resolve, reject) => {
      seen.push(signal.aborted ? 'given up before it began' : 'begun');
      if (seen.length > 1) resolve();
      else signal.addEventListener('abort', () => reject(new Error('given up')));
    });
  await queues.twitch.add('poll', { identifier: 'hangs' });
  await eventually(() => expect(seen).toEqual(['begun']));
  await worker.stop();
  await worker.start();
  await queues.twitch.add('poll', { identifier: 'hangs' });
  await eventually(() => expect(seen).toEqual(['begun', 'begun']));
});
