import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PollQueues, openPollQueues } from '../../src/shared/queues/poll-queues.ts';
import type { WantedKey } from '../../src/shared/queues/due-keys.ts';
import { systemClock } from '../../src/shared/runtime/clock.ts';
import { createMetrics } from '../../src/shared/runtime/metrics.ts';
import type { Service } from '../../src/shared/runtime/service.ts';
import { createPollWorker } from '../../src/workers/poll.ts';
import { eventually } from '../support/eventually.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let server: TestRedis;
let redis: Redis;
let queues: PollQueues;
let worker: Service;
const wanted: WantedKey[] = [];

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url, { maxRetriesPerRequest: null });
  queues = openPollQueues(redis);
  worker = createPollWorker({
    platform: 'twitch',
    connection: redis,
    sharedLook: async (key) => {
      wanted.push(key);
      return 'idle';
    },
    lookAgain: async () => undefined,
    onProgress: () => undefined,
    abortLooks: () => undefined,
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
