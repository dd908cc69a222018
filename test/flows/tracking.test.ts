import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KeyWish } from '../../src/shared/domain/follow.ts';
import { keyText, parseKeyText, type StreamKey } from '../../src/shared/domain/stream-key.ts';
import { dueKey } from '../../src/shared/queues/keys.ts';
import { readSchedulers } from '../../src/shared/queues/schedulers.ts';
import { openTracking, type TrackingProcess } from '../support/core.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { followWish, saidAt, unfollowWish } from '../support/wishes.ts';

let redis: TestRedis;
let database: TestDatabase;
let processes: TrackingProcess[] = [];
let first: TrackingProcess;

beforeAll(async () => {
  redis = await startRedis();
  database = await createDatabase();
  const urls = { databaseUrl: database.url, redisUrl: redis.url };
  first = openTracking(urls);
  processes = [first, openTracking(urls), openTracking(urls)];
});

afterAll(async () => {
  for (const process of processes) await process.close();
  await redis?.stop();
  await database?.drop();
});

const KEYS = ['twitch/11', 'twitch/12', 'twitcasting/c:x'].map((text) => parseKeyText(text) as StreamKey);

const wish: fc.Arbitrary<KeyWish> = fc
  .record({
    key: fc.constantFrom(...KEYS),
    guildId: fc.constantFrom('1', '18446744073709551615', '3'),
    channelId: fc.constantFrom('10', '20'),
    at: fc.integer({ min: 1, max: 30 }).map(saidAt),
    follow: fc.boolean(),
  })
  .map(({ key, guildId, channelId, at, follow }) =>
    follow ? followWish(key, { guildId, channelId, saidAt: at }) : unfollowWish(key, { guildId, saidAt: at }),
  );

/** Who follows what in the end: a follow counts when it was said after the guild's last unfollow of the key. */
function model(wishes: readonly KeyWish[]): string[] {
  const left = new Map<string, string>();
  for (const { action, target, guildId, saidAt: at } of wishes) {
    const id = `${keyText(target)} ${guildId}`;
    if (action === 'unfollow' && at > (left.get(id) ?? '')) left.set(id, at);
  }
  const wanted = wishes.flatMap((one) => {
    const id = `${keyText(one.target)} ${one.guildId}`;
    return one.action === 'follow' && one.saidAt > (left.get(id) ?? '') ? [`${id} ${one.channelId}`] : [];
  });
  return [...new Set(wanted)].sort();
}

async function clear(): Promise<void> {
  await first.redis.flushall();
  await first.database.$executeRaw`TRUNCATE stream, follow, unfollow`;
}

async function table(): Promise<string[]> {
  const rows = await first.database.follow.findMany();
  return rows.map((row) => `${row.platform}/${row.identifier} ${row.guildId} ${row.channelId}`).sort();
}

async function scheduled(): Promise<{ schedulers: string[]; due: string[]; counts: Record<string, number> }> {
  const schedulers: string[] = [];
  const due: string[] = [];
  for (const platform of ['twitch', 'twitcasting'] as const) {
    schedulers.push(...(await readSchedulers(first.redis, first.queues[platform])).map(({ id }) => id));
    due.push(
      ...(await first.redis.zrange(dueKey(platform), '0', '-1')).map((identifier) => `${platform}/${identifier}`),
    );
  }
  const streams = await first.database.stream.findMany({ where: { guilds: { gt: 0 } } });
  const counts = Object.fromEntries(streams.map((row) => [`${row.platform}/${row.identifier}`, row.guilds]));
  return { schedulers: schedulers.sort(), due: due.sort(), counts };
}

describe('tracking, over several processes', () => {
  it('ends as the model says, whatever arrives twice, late, in another order, or at the same time', async () => {
    const order = fc.array(fc.tuple(wish, fc.nat(2), fc.boolean()), { minLength: 1, maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(order, async (steps) => {
        await clear();
        const jobs = steps.flatMap(([one, at, twice]) => {
          const process = processes[at];
          const again = processes[(at + 1) % processes.length];
          return twice ? [process?.applyWishes([one]), again?.applyWishes([one])] : [process?.applyWishes([one])];
        });
        await Promise.all(jobs);

        const expected = model(steps.map(([one]) => one));
        expect(await table()).toEqual(expected);
        const tracked = [...new Set(expected.map((line) => line.split(' ')[0] as string))].sort();
        const actual = await scheduled();
        expect(actual.schedulers).toEqual(tracked);
        expect(actual.due).toEqual(tracked);
        const guilds = new Set(expected.map((line) => line.split(' ').slice(0, 2).join(' ')));
        for (const key of tracked) {
          expect(actual.counts[key]).toBe([...guilds].filter((pair) => pair.startsWith(`${key} `)).length);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('gives many follows in one batch the same end as one by one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(wish, { minLength: 1, maxLength: 60 }), async (wishes) => {
        await clear();
        await first.applyWishes(wishes);
        expect(await table()).toEqual(model(wishes));
      }),
      { numRuns: 30 },
    );
  });

  it('asks for one look when a key gets its first follow, and for none at its second', async () => {
    await clear();
    const [, second] = processes;
    const key = { platform: 'twitch', identifier: '99' } as const;
    await Promise.all([
      first.applyWishes([followWish(key, { guildId: '1' })]),
      second?.applyWishes([followWish(key, { guildId: '2' })]),
    ]);
    await first.applyWishes([followWish(key, { guildId: '3' })]);
    const looks = (await first.queues.twitch.getJobs(['wait'])).filter((job) => job.data.reason !== undefined);
    expect(looks.map((job) => job.data)).toEqual([{ identifier: '99', reason: 'followed' }]);
  });

  it('keeps a follow of a category without polling it', async () => {
    await clear();
    await first.applyWishes([followWish({ platform: 'youtube', identifier: 'holo' })]);
    expect(await table()).toEqual(['youtube/holo 1 10']);
    expect(await first.queues.youtube.getJobSchedulersCount()).toBe(0);
  });

  it('takes metadata that Postgres itself would refuse', async () => {
    await clear();
    const metadata = { channel_title: 'a\u0000b\ud800', '\u0000': ['\\u0000'] };
    await first.applyWishes([followWish(KEYS[0] as StreamKey, { metadata })]);
    const row = await first.database.follow.findFirst();
    expect(row?.metadata).toEqual({ channel_title: 'a\uFFFDb\uFFFD', '\uFFFD': ['\\u0000'] });
  });
});
