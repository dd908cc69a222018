import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createReceiveTimes, type Heard } from '../../src/producers/receive-time.ts';
import { microsOf, saidAtFromMicros } from '../../src/shared/contracts/timestamp.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let server: TestRedis;
let redis: Redis;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
  redis.on('error', () => undefined);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
beforeEach(() => redis.flushall());

function heard(text: string, over: Partial<Heard> = {}): Heard {
  return { channel: 'stream.follow', raw: Buffer.from(text), index: 0, saidAt: null, listeningSince: 0, ...over };
}

async function redisMicros(): Promise<number> {
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1_000_000 + Number(micros);
}

test('a timestamp that is not ahead is taken as said', async () => {
  const receiveTimes = createReceiveTimes(redis);
  const saidAt = saidAtFromMicros((await redisMicros()) - 10);
  expect(await receiveTimes([heard('a', { saidAt }), heard('b', { saidAt: '1999-12-31T23:59:59.123456Z' })])).toEqual([
    saidAt,
    '1999-12-31T23:59:59.123456Z',
  ]);
  expect(await redis.dbsize()).toBe(0);
});

test('a timestamp ahead counts as now, and for every listener as the same now', async () => {
  const ahead = saidAtFromMicros((await redisMicros()) + 3_600_000_000);
  const before = await redisMicros();
  const times = await Promise.all([1, 2, 3].map(() => createReceiveTimes(redis)([heard('a', { saidAt: ahead })])));
  const [first] = times;
  expect(microsOf(first?.[0] ?? '')).toBeGreaterThanOrEqual(before);
  expect(microsOf(first?.[0] ?? '')).toBeLessThanOrEqual(await redisMicros());
  expect(times).toEqual([first, first, first]);
});

test('a repeat of an event ahead of our clock is the same event, not a later one', async () => {
  const receiveTimes = createReceiveTimes(redis);
  const ahead = saidAtFromMicros((await redisMicros()) + 3_600_000_000);
  const first = await receiveTimes([heard('a', { saidAt: ahead })]);
  expect(await receiveTimes([heard('a', { saidAt: ahead })])).toEqual(first);
});

test('without a timestamp all listeners agree, and later messages are later', async () => {
  const messages = ['follow', 'unfollow', 'follow', 'follow', 'unfollow'].map((text) => heard(text));
  const listeners = [1, 2, 3].map(() => createReceiveTimes(redis));
  const all = await Promise.all(listeners.map((receiveTimes) => receiveTimes(messages)));
  expect(all).toEqual([all[0], all[0], all[0]]);
  expect([...new Set(all[0])].toSorted()).toEqual(all[0]);
});

test('the same message said again is later than what came between, however the listeners lag', async () => {
  const texts = fc.array(fc.constantFrom('follow', 'unfollow'), { minLength: 1, maxLength: 12 });
  const turns = fc.array(fc.nat(2), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(texts, turns, async (said, order) => {
      await redis.flushall();
      const listeners = [0, 1, 2].map(() => ({ receiveTimes: createReceiveTimes(redis), times: [] as string[] }));
      const hearNext = async (listener: (typeof listeners)[number]) => {
        const text = said[listener.times.length];
        if (text !== undefined) listener.times.push(...(await listener.receiveTimes([heard(text)])));
      };
      for (const turn of order) await hearNext(listeners[turn] ?? { receiveTimes: async () => [], times: [] });
      for (const listener of listeners) while (listener.times.length < said.length) await hearNext(listener);
      expect(listeners.map(({ times }) => times)).toEqual(Array(3).fill(listeners[0]?.times));
      expect([...new Set(listeners[0]?.times)].toSorted()).toEqual(listeners[0]?.times);
    }),
    { numRuns: 30 },
  );
});

test('a listener that subscribes later does not take an older hearing for its own', async () => {
  const [old, late] = [createReceiveTimes(redis), createReceiveTimes(redis)];
  const first = await old([heard('follow')]);
  const listeningSince = await redisMicros();
  const again = await old([heard('follow')]);
  expect(again).not.toEqual(first);
  expect(await late([heard('follow', { listeningSince })])).toEqual(again);
});

test('the events of one message, and of two channels, are dated apart', async () => {
  const receiveTimes = createReceiveTimes(redis);
  const times = await receiveTimes([heard('a'), heard('a', { index: 1 }), heard('a', { channel: 'stream.unfollow' })]);
  expect(new Set(times).size).toBe(3);
});

test('an order of timestamps ahead of our clock is kept whoever finds them ahead', async () => {
  const [one, other] = [createReceiveTimes(redis), createReceiveTimes(redis)];
  const base = (await redisMicros()) + 60_000_000;
  const [follow, unfollow] = [
    heard('f', { saidAt: saidAtFromMicros(base) }),
    heard('u', { saidAt: saidAtFromMicros(base + 1) }),
  ];
  const [[followed], [unfollowed]] = [await one([follow]), await other([unfollow])];
  expect((followed ?? '') < (unfollowed ?? '')).toBe(true);
});

test('asking again after an answer that was lost dates nothing twice', async () => {
  const receiveTimes = createReceiveTimes(redis);
  const lost = await createReceiveTimes(redis)([heard('a'), heard('a')]);
  expect(await receiveTimes([heard('a'), heard('a')])).toEqual(lost);
});

test('when Redis is away it says so', async () => {
  const away = new Redis('redis://127.0.0.1:1', { maxRetriesPerRequest: 0, retryStrategy: () => null });
  away.on('error', () => undefined);
  await expect(createReceiveTimes(away)([heard('a')])).rejects.toThrow();
});
