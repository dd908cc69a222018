import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { KeyWish } from '../../../src/shared/domain/follow.ts';
import { type FollowLimits, UNLIMITED } from '../../../src/shared/domain/follow-limits.ts';
import { chunk } from '../../../src/shared/domain/group.ts';
import type { StreamKey } from '../../../src/shared/domain/stream-key.ts';
import { openTracking, type TrackingProcess } from '../../support/core.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { followWish, saidAt, unfollowWish } from '../../support/wishes.ts';

let redis: TestRedis;
let database: TestDatabase;
let processes: TrackingProcess[] = [];
let limits: FollowLimits = UNLIMITED;

beforeAll(async () => {
  [redis, database] = await Promise.all([startRedis(), createDatabase()]);
  const urls = { databaseUrl: database.url, redisUrl: redis.url };
  processes = [1, 2, 3].map(() => openTracking(urls, 4, () => limits));
});
afterAll(async () => {
  await Promise.all(processes.map((process) => process.close()));
  await Promise.all([redis?.stop(), database?.drop()]);
});
beforeEach(async () => {
  limits = UNLIMITED;
  await one().database.$executeRaw`TRUNCATE stream, follow, unfollow, pin`;
});

const one = (): TrackingProcess => processes[0] as TrackingProcess;
const key = (number: number): StreamKey => ({ platform: 'twitch', identifier: String(number) });
const keys = (from: number, to: number): StreamKey[] => Array.from({ length: to - from }, (_, i) => key(from + i));
const follows = (guildId = '1'): Promise<number> => one().database.follow.count({ where: { guildId } });

/** Every process applies all of it, all at once, each in parts of its own. @returns the reasons of what was kept out */
async function applyEverywhere(wishes: readonly KeyWish[]): Promise<Set<string>> {
  const reasons = new Set<string>();
  const applyAll = async (process: TrackingProcess, size: number): Promise<void> => {
    for (const part of chunk([...wishes], size)) {
      for (const { reason } of await process.applyWishes(part)) reasons.add(reason);
    }
  };
  await Promise.all(processes.map((process, index) => applyAll(process, 5 + 2 * index)));
  return reasons;
}

it('a guild gets no more follows than it may have, with three processes at it, and says why', async () => {
  limits = { ...UNLIMITED, perGuild: 10 };
  const neighbours = keys(0, 10).map((each, i) => followWish(each, { guildId: String(100 + i) }));
  const reasons = await applyEverywhere([...keys(0, 40).map((each) => followWish(each)), ...neighbours]);
  expect(await follows()).toBe(10);
  expect(await one().database.follow.count()).toBe(20);
  expect([...reasons]).toEqual([expect.stringMatching(/^guild 1: expected at most 10 follows.*FOLLOWS_PER_GUILD$/)]);
});

it('all guilds together get no more follows than there may be', async () => {
  limits = { ...UNLIMITED, follows: 25 };
  const reasons = await applyEverywhere(
    keys(0, 60).map((each, i) => followWish(each, { guildId: String(1 + (i % 7)) })),
  );
  expect(await one().database.follow.count()).toBe(25);
  expect([...reasons].join()).toMatch(/at most 25 follows of all guilds.*MAX_FOLLOWS/);
});

it('no more keys are tracked than may be, pinned ones counted; another follow of a tracked key finds room', async () => {
  limits = { ...UNLIMITED, keys: 12 };
  await one().applyPins({
    added: keys(900, 905).map((each) => ({ ...each, reason: 'record', source: 'cli' })),
    removed: [],
  });
  const wishes = keys(0, 30).flatMap((each) => ['1', '2'].map((guildId) => followWish(each, { guildId })));
  const reasons = await applyEverywhere(wishes);
  expect(await one().database.stream.count({ where: { OR: [{ guilds: { gt: 0 } }, { pins: { gt: 0 } }] } })).toBe(12);
  expect(await one().database.stream.count({ where: { guilds: 2 } })).toBe(7);
  expect([...reasons].join()).toMatch(/at most 12 tracked keys.*MAX_KEYS/);
  expect(await one().applyWishes([followWish(key(900), { guildId: '3' })])).toEqual([]);
});

it('a limit that is lowered ends nothing: what is followed is still changed and unfollowed, and then there is room', async () => {
  await applyEverywhere(keys(0, 20).map((each) => followWish(each)));
  limits = { perGuild: 5, follows: 5, keys: 5 };
  expect(await follows()).toBe(20);
  expect(await one().applyWishes([followWish(key(3), { saidAt: saidAt(2), priority: 'urgent' })])).toEqual([]);
  expect(await one().database.follow.count({ where: { priority: 'urgent' } })).toBe(1);
  expect(await one().applyWishes([followWish(key(3), { channelId: '77', saidAt: saidAt(2) })])).toHaveLength(1);
  await applyEverywhere(keys(0, 16).map((each) => unfollowWish(each, { saidAt: saidAt(3) })));
  expect(await follows()).toBe(4);
  expect(await one().applyWishes([followWish(key(50))])).toEqual([]);
  expect(await one().applyWishes([followWish(key(51))])).toHaveLength(1);
});

it('those that were said first are let in, whatever order they come in; late and repeated ones take no room', async () => {
  limits = { ...UNLIMITED, perGuild: 3 };
  const said = keys(0, 5).map((each, i) => followWish(each, { saidAt: saidAt(10 + i) }));
  const refused = await one().applyWishes([...said].reverse());
  expect(refused.map(({ wish }) => wish.target.identifier)).toEqual(['3', '4']);
  await one().applyWishes([unfollowWish(key(0), { saidAt: saidAt(20) })]);
  // Said before the unfollow: there is nothing to let in or to keep out.
  expect(await one().applyWishes([followWish(key(0), { saidAt: saidAt(15) })])).toEqual([]);
  expect(await one().applyWishes(said.slice(0, 3))).toEqual([]);
  expect(await follows()).toBe(2);
});
