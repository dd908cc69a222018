import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDueKeys, type DueKeys } from '../../../src/shared/queues/due-keys.ts';
import { dueKey } from '../../../src/shared/queues/keys.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';

let server: TestRedis;
let redis: Redis;
let due: DueKeys;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
  due = createDueKeys(redis, 'twitch');
});

beforeEach(async () => {
  await redis.flushall();
});

afterAll(async () => {
  redis?.disconnect();
  await server?.stop();
});

const NOW = 1_000_000;
const options = { now: NOW, intervalMs: 60_000, batchSize: 3, leaseMs: 10_000 };
const want = (identifier: string, forced = false) => ({ identifier, slot: NOW, forced });

async function list(...entries: [string, number][]): Promise<void> {
  for (const [identifier, at] of entries) await redis.zadd(dueKey('twitch'), at, identifier);
}

async function claimed(...identifiers: string[]): Promise<readonly string[]> {
  const claim = await due.claim(
    identifiers.map((identifier) => want(identifier)),
    options,
  );
  if (claim.kind !== 'claimed') throw new Error('expected a claim');
  return [...claim.claimed].sort();
}

describe('claiming keys for a look', () => {
  it('takes the key that asks and fills the batch with those due soonest', async () => {
    await list(['a', NOW], ['b', NOW + 20_000], ['c', NOW + 10_000], ['d', NOW + 29_000]);
    expect(await claimed('a')).toEqual(['a', 'b', 'c']);
  });

  it('does not fill with keys that are due only in half an interval', async () => {
    await list(['a', NOW], ['b', NOW + 30_000]);
    expect(await claimed('a')).toEqual(['a']);
  });

  it('never gives one key to two', async () => {
    await list(['a', 0], ['b', 0], ['c', 0], ['d', 0], ['e', 0], ['f', 0]);
    const takers = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((identifier) => claimed(identifier)));
    const all = takers.flat();
    expect(all.sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(takers.filter((taken) => taken.length > 0)).toHaveLength(2);
  });

  it('calls a key fresh that was looked at, and untracked that nobody follows', async () => {
    await list(['a', NOW + 1]);
    const claim = await due.claim([want('a'), want('gone')], options);
    expect(claim).toMatchObject({ states: ['fresh', 'untracked'], claimed: [] });
  });

  it('lets a poll that is later than its interval take a look made since its slot for its own', async () => {
    const late = { ...want('a'), slot: NOW - 200_000 };
    await list(['a', NOW - 200_000 + 63_000]);
    expect(await due.claim([late], options)).toMatchObject({ states: ['fresh'], claimed: [] });
    await list(['a', NOW - 200_000 + 60_000]);
    expect(await due.claim([late], options)).toMatchObject({ states: ['claimed'], claimed: ['a'] });
  });

  it('takes a fresh key when somebody says that something changed', async () => {
    await list(['a', NOW + 1]);
    const claim = await due.claim([want('a', true)], options);
    expect(claim).toMatchObject({ states: ['claimed'], claimed: ['a'] });
  });

  it('counts the next time from the slot, not from the delay of the poll', async () => {
    await list(['a', 0]);
    await due.claim([{ ...want('a'), slot: NOW - 700 }], options);
    expect(Number(await redis.zscore(dueKey('twitch'), 'a'))).toBe(NOW - 700 + 60_000);
  });

  it('spreads the neighbours it takes along, so that they do not all come back at the same moment', async () => {
    const names = Array.from({ length: 50 }, (_, i) => `k${i}`);
    await list(...names.map((name): [string, number] => [name, 0]));
    await due.claim([want('k0')], { ...options, batchSize: 50 });
    const scores = await Promise.all(names.slice(1).map((name) => redis.zscore(dueKey('twitch'), name)));
    const times = scores.map(Number).sort((a, b) => a - b);
    expect(times[0]).toBeGreaterThanOrEqual(NOW + 57_000);
    expect(times.at(-1)).toBeLessThanOrEqual(NOW + 63_000);
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(3_000);
  });

  it('gives a key back to others when the process that took it died', async () => {
    await list(['a', 0]);
    expect(await claimed('a')).toEqual(['a']);
    const later = { ...options, now: NOW + 10_001 };
    expect(await due.claim([want('a')], later)).toMatchObject({ states: ['claimed'] });
  });

  it('leaves a key alone that was settled, and one that was unfollowed meanwhile stays out', async () => {
    await list(['a', 0], ['b', 0]);
    await claimed('a');
    await redis.zrem(dueKey('twitch'), 'b');
    await due.settle([
      { identifier: 'a', dueAt: NOW + 5_000 },
      { identifier: 'b', dueAt: NOW + 5_000 },
    ]);
    expect(await redis.zrange(dueKey('twitch'), '0', '-1', 'WITHSCORES')).toEqual(['a', String(NOW + 5_000)]);
  });

  it('makes keys due again after a look that failed, and counts failures until one succeeds', async () => {
    await list(['a', 0]);
    await claimed('a');
    expect(await due.giveBack(['a'], NOW, true)).toBe(1);
    expect(await claimed('a')).toEqual(['a']);
    expect(await due.giveBack(['a'], NOW, true)).toBe(2);
    await due.settle([{ identifier: 'a', dueAt: null }]);
    expect(await due.giveBack(['a'], NOW, true)).toBe(1);
  });

  it('does not blame the platform for what was no fault of its own', async () => {
    await list(['a', 0]);
    await claimed('a');
    expect(await due.giveBack(['a'], NOW, false)).toBe(0);
    expect(await claimed('a')).toEqual(['a']);
    expect(await due.giveBack(['a'], NOW, true)).toBe(1);
    expect(await due.giveBack(['a'], NOW, false)).toBe(1);
  });

  it('claims nothing while the platform rests', async () => {
    await list(['a', 0]);
    await due.rest('the budget is spent', 60_000);
    expect(await due.claim([want('a', true)], options)).toMatchObject({ kind: 'resting' });
  });
});
