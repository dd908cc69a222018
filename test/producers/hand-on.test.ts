import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createHandOn } from '../../src/producers/hand-on.ts';
import type { KeyWish, NameWish, StreamName } from '../../src/shared/domain/follow.ts';
import { type RefusedFollow, UNLIMITED } from '../../src/shared/domain/follow-limits.ts';
import type { StreamKey } from '../../src/shared/domain/stream-key.ts';
import { type Database, openDatabase } from '../../src/shared/runtime/database.ts';
import { createMetrics } from '../../src/shared/runtime/metrics.ts';
import { createNameStore, type NameStore } from '../../src/shared/store/name-store.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { silentLogger } from '../support/outbox.ts';
import { followWish } from '../support/wishes.ts';

let home: TestDatabase;
let database: Database;
let names: NameStore;

beforeAll(async () => {
  home = await createDatabase();
  database = openDatabase(home.url, 2);
  names = createNameStore(database);
});
afterAll(async () => {
  await database.$disconnect();
  await home.drop();
});
beforeEach(async () => {
  await database.$executeRaw`TRUNCATE pending_follow, resolved_name`;
});

const NOW = new Date('2026-09-26T10:00:00Z');
const EIGHT_DAYS_AGO = new Date('2026-09-18T10:00:00Z');
const SOMEONE: StreamName = { platform: 'twitch', kind: 'login', name: 'someone' };
const SAID = {
  target: SOMEONE,
  guildId: '1',
  userId: null,
  saidAt: '2026-09-26T09:59:59.123456Z',
  source: 'event',
} as const;
const FOLLOW: NameWish = { ...SAID, action: 'follow', channelId: '5', priority: null, metadata: null };
const UNFOLLOW: NameWish = { ...SAID, action: 'unfollow' };
const KEY = { platform: 'twitch', identifier: '500' } as const;

function prepare(resolveSoon = async (): Promise<void> => undefined) {
  const applied: KeyWish[] = [];
  const applyWishes = async (wishes: readonly KeyWish[]): Promise<RefusedFollow<StreamKey>[]> => {
    applied.push(...wishes);
    return [];
  };
  return {
    applied,
    handOn: createHandOn({
      ...{ names, applyWishes, resolveSoon, clock: { now: () => NOW }, logger: silentLogger },
      limits: () => ({ ...UNLIMITED, perGuild: 3 }),
      metrics: createMetrics(),
    }),
  };
}

test('a name in memory is a key, one that is not is kept', async () => {
  const { handOn, applied } = prepare();
  expect(await handOn([FOLLOW])).toEqual({ applied: [], kept: [FOLLOW], refused: [] });
  await names.remember([{ name: SOMEONE, identifier: '500' }], NOW);
  await handOn([FOLLOW, followWish(KEY)]);
  expect(applied).toEqual([followWish(KEY), { ...FOLLOW, target: KEY }]);
});

test('a guild waits for no more names than it may follow; what waits already and unfollows find room', async () => {
  const { handOn } = prepare();
  const wishes = ['a', 'b', 'c', 'd'].map((name): NameWish => ({ ...FOLLOW, target: { ...SOMEONE, name } }));
  const { kept, refused } = await handOn([...wishes, { ...FOLLOW, guildId: '2' }]);
  expect(kept).toHaveLength(4);
  expect(refused).toEqual([{ wish: wishes[3], reason: expect.stringContaining('FOLLOWS_PER_GUILD') }]);
  const again = await handOn([{ ...(wishes[0] as NameWish), saidAt: NOW.toISOString() }, UNFOLLOW]);
  expect([again.kept.length, again.refused]).toEqual([2, []]);
});

test('a name is asked again after a week, for a follow; an unfollow means whom the follow meant', async () => {
  await names.remember([{ name: SOMEONE, identifier: '500' }], EIGHT_DAYS_AGO);
  const { handOn, applied } = prepare();
  expect((await handOn([FOLLOW, UNFOLLOW])).kept).toEqual([FOLLOW]);
  expect(applied).toEqual([{ ...UNFOLLOW, target: KEY }]);
});

test('what publishers tell in passing is known at once', async () => {
  const { handOn, applied } = prepare();
  await handOn([FOLLOW], [{ name: SOMEONE, identifier: '500' }]);
  expect(applied).toEqual([{ ...FOLLOW, target: KEY }]);
});

test('a wish is kept even when nobody can be asked to resolve it now', async () => {
  const { handOn } = prepare(() => Promise.reject(new Error('redis is away')));
  expect((await handOn([FOLLOW])).kept).toEqual([FOLLOW]);
  expect(await names.waiting(10)).toHaveLength(1);
});

test('handing on again changes nothing', async () => {
  const { handOn } = prepare();
  await handOn([FOLLOW, UNFOLLOW]);
  const before = await names.pending([SOMEONE]);
  await handOn([FOLLOW, UNFOLLOW, FOLLOW]);
  expect(await names.pending([SOMEONE])).toEqual(before);
});
