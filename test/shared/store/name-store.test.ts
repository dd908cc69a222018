import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { NameWish, StreamName } from '../../../src/shared/domain/follow.ts';
import { type Database, openDatabase } from '../../../src/shared/runtime/database.ts';
import { createNameStore, type NameStore } from '../../../src/shared/store/name-store.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';

let home: TestDatabase;
let database: Database;
let store: NameStore;

beforeAll(async () => {
  home = await createDatabase();
  database = openDatabase(home.url, 4);
  store = createNameStore(database);
});
afterAll(async () => {
  await database.$disconnect();
  await home.drop();
});
beforeEach(async () => {
  await database.$executeRaw`TRUNCATE pending_follow, resolved_name`;
});

const SOMEONE: StreamName = { platform: 'twitch', kind: 'login', name: 'someone' };
const OTHER: StreamName = { platform: 'youtube', kind: 'handle', name: '名取さな' };
const NOW = new Date('2026-09-26T10:00:00Z');
const LATER = new Date('2026-09-26T11:00:00Z');

function follow(
  target: StreamName,
  saidAt = '2026-09-26T10:00:43.156488Z',
  guildId = '18446744073709551615',
): NameWish {
  const metadata = { title: 'a\u0000b\ud800', priority: 'urgent' };
  return {
    action: 'follow',
    target,
    guildId,
    channelId: '5',
    userId: null,
    saidAt,
    source: 'event',
    priority: 'urgent',
    metadata,
  };
}

function unfollow(target: StreamName, saidAt: string): NameWish {
  return { action: 'unfollow', target, guildId: '1', userId: '7', saidAt, source: 'cli' };
}

test('a remembered name is found with when it was learned, and the newest answer counts', async () => {
  await store.remember([{ name: SOMEONE, identifier: '1' }], NOW);
  await store.remember(
    [
      { name: SOMEONE, identifier: '1' },
      { name: SOMEONE, identifier: '2' },
    ],
    LATER,
  );
  expect(await store.lookUp([SOMEONE, OTHER])).toEqual(
    new Map([['twitch/login:someone', { ...SOMEONE, identifier: '2', resolvedAt: LATER }]]),
  );
  expect(await store.lookUp([])).toEqual(new Map());
});

test('a kept wish comes back as it was said, to the microsecond', async () => {
  await store.keep([follow(OTHER), unfollow(OTHER, '2026-09-26T10:00:43.000001Z')], NOW);
  const pending = await store.pending([OTHER]);
  expect(pending.map(({ wish }) => wish)).toEqual(
    [
      { ...follow(OTHER), metadata: { title: 'a\ufffdb\ufffd', priority: 'urgent' } },
      unfollow(OTHER, '2026-09-26T10:00:43.000001Z'),
    ].toSorted((a, b) => a.guildId.localeCompare(b.guildId)),
  );
});

test('of one wish said twice the later is kept, in whatever order they come', async () => {
  const [early, late] = ['2026-09-26T10:00:43.000001Z', '2026-09-26T10:00:43.000002Z'];
  await store.keep([follow(SOMEONE, late), follow(SOMEONE, early)], NOW);
  await store.keep([follow(SOMEONE, early)], NOW);
  expect((await store.pending([SOMEONE])).map(({ wish }) => wish.saidAt)).toEqual([late]);
});

test('an applied wish is forgotten, one that was said again meanwhile is not', async () => {
  await store.keep([follow(SOMEONE), follow(OTHER)], NOW);
  const pending = await store.pending([SOMEONE, OTHER]);
  await store.keep([follow(OTHER, '2026-09-26T10:00:44.000000Z')], NOW);
  await store.settle(pending);
  expect((await store.pending([SOMEONE, OTHER])).map(({ wish }) => wish.target)).toEqual([OTHER]);
});

test('a name is due until its try failed, and again at its next try', async () => {
  await store.keep([follow(SOMEONE), follow(SOMEONE, undefined, '2'), follow(OTHER)], NOW);
  expect(await store.due('twitch', NOW, 10)).toEqual([{ ...SOMEONE, tries: 0 }]);
  await store.failed([{ name: SOMEONE, error: 'nobody\u0000', nextTryAt: LATER }]);
  expect(await store.due('twitch', NOW, 10)).toEqual([]);
  expect(await store.due('twitch', LATER, 10)).toEqual([{ ...SOMEONE, tries: 1 }]);
});

test('a wish said again has its name tried again now', async () => {
  await store.keep([follow(SOMEONE)], NOW);
  await store.failed([{ name: SOMEONE, error: 'nobody', nextTryAt: LATER }]);
  await store.keep([follow(SOMEONE, '2026-09-26T10:30:00.000000Z')], NOW);
  expect(await store.due('twitch', NOW, 10)).toEqual([{ ...SOMEONE, tries: 1 }]);
});

test('what waits is visible: how many wishes, how often tried, why not resolved', async () => {
  await store.keep([follow(SOMEONE), follow(SOMEONE, undefined, '2')], NOW);
  await store.failed([{ name: SOMEONE, error: 'nobody has this name', nextTryAt: LATER }]);
  expect(await store.waiting(10)).toMatchObject([
    { ...SOMEONE, wishes: 2, tries: 1, lastError: 'nobody has this name', nextTryAt: LATER },
  ]);
});
