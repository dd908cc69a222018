import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createFlushPace, untilGo } from '../../src/workers/flush-pace.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

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

describe('slots', () => {
  it('lets the first flush of a platform go at once and tells the others when to ask again', async () => {
    const pace = createFlushPace({ redis, urgentIntervalMs: () => 60_000, publishRate: () => 1 });
    const waits = await Promise.all([pace.slot('twitch'), pace.slot('twitch'), pace.slot('twitch')]);
    expect(waits.filter((wait) => wait === 0)).toHaveLength(1);
    for (const wait of waits.filter((each) => each !== 0)) {
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(60_000);
    }
  });

  it('makes no platform wait for another', async () => {
    const pace = createFlushPace({ redis, urgentIntervalMs: () => 60_000, publishRate: () => 1 });
    expect([await pace.slot('twitch'), await pace.slot('youtube')]).toEqual([0, 0]);
  });
});

describe('turns', () => {
  it('gives no more of them in a window than the rate, to however many processes', async () => {
    const paces = [1, 2].map(() =>
      createFlushPace({ redis, urgentIntervalMs: () => 10, publishRate: () => 5, windowMs: 60_000 }),
    );
    const waits = await Promise.all(Array.from({ length: 12 }, (_, i) => paces[i % 2]?.turn()));
    expect(waits.filter((wait) => wait === 0)).toHaveLength(5);
    expect(waits.every((wait) => wait !== undefined && wait >= 0 && wait <= 60_000)).toBe(true);
  });

  it('follows a rate that changes', async () => {
    let rate = 1;
    const pace = createFlushPace({
      ...{ redis, windowMs: 60_000 },
      urgentIntervalMs: () => 10,
      publishRate: () => rate,
    });
    const go = async (): Promise<boolean> => (await pace.turn()) === 0;
    expect([await go(), await go()]).toEqual([true, false]);
    rate = 3;
    expect([await go(), await go(), await go()]).toEqual([true, true, false]);
  });

  it('gives them again in the next window', async () => {
    const pace = createFlushPace({ redis, urgentIntervalMs: () => 10, publishRate: () => 1, windowMs: 20 });
    for (let i = 0; i < 3; i += 1) await untilGo(pace.turn);
    expect(await redis.get('{streams}.turns')).not.toBe('3');
  });
});

describe('untilGo', () => {
  it('asks until it may go', async () => {
    const answers = [3, 1, 0];
    await untilGo(async () => answers.shift() ?? 0);
    expect(answers).toEqual([]);
  });

  it('waits no longer once there is no time left', async () => {
    const ending = new AbortController();
    const waiting = untilGo(async () => 3_600_000, ending.signal);
    ending.abort();
    expect(await waiting).toBeLessThan(3_600_000);
  });
});
