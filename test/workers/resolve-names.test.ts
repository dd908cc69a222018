import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { readMessage } from '../../src/producers/read-message.ts';
import type { KeyWish, NameWish, StreamName } from '../../src/shared/domain/follow.ts';
import type { RefusedFollow } from '../../src/shared/domain/follow-limits.ts';
import type { Platform } from '../../src/shared/domain/platform.ts';
import type { StreamKey } from '../../src/shared/domain/stream-key.ts';
import { nameText, type PlatformAdapter, type Resolution } from '../../src/shared/platforms/adapter.ts';
import { PlatformError } from '../../src/shared/platforms/errors.ts';
import { type Database, openDatabase } from '../../src/shared/runtime/database.ts';
import { createMetrics } from '../../src/shared/runtime/metrics.ts';
import { createRejectStore } from '../../src/shared/store/reject-store.ts';
import { createNameStore, type NameStore } from '../../src/shared/store/name-store.ts';
import { createResolveNames } from '../../src/workers/resolve-names.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { silentLogger } from '../support/outbox.ts';

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

const NOW = new Date('2026-09-26T10:00:00Z');
const SAID = '2026-09-26T09:59:59.123456Z';

const login = (name: string): StreamName => ({ platform: 'twitch', kind: 'login', name });

function follow(target: StreamName, guildId = '1'): NameWish {
  return {
    action: 'follow',
    target,
    guildId,
    channelId: '5',
    userId: null,
    saidAt: SAID,
    source: 'event',
    priority: null,
    metadata: null,
  };
}

type Resolve = PlatformAdapter['resolve'];

/** A platform on which some people are known. */
function knows(people: Record<string, Resolution>): Resolve {
  return async (names) =>
    new Map(
      names.flatMap((name) => (people[name.name] ? [[nameText(name), people[name.name]] as [string, Resolution]] : [])),
    );
}

function keptOut(wish: KeyWish): RefusedFollow<StreamKey>[] {
  return wish.action === 'follow' ? [{ wish, limit: 'guild', reason: 'guild 1: has all its follows' }] : [];
}

function prepare(resolvers: Partial<Record<Platform, Resolve>>, { full = false } = {}) {
  const applied: KeyWish[] = [];
  const clock = { at: NOW, now: () => clock.at };
  const resolveNames = createResolveNames({
    store,
    resolvers: new Map(Object.entries(resolvers).map(([platform, resolve]) => [platform as Platform, { resolve }])),
    applyWishes: async (wishes) => {
      applied.push(...wishes);
      return full ? wishes.flatMap(keptOut) : [];
    },
    rejects: createRejectStore(database),
    clock,
    metrics: createMetrics(),
    logger: silentLogger,
  });
  return { resolveNames, applied, clock };
}

test('what waited for a name is applied as it was said, and the name is remembered', async () => {
  await store.keep([follow(login('someone')), follow(login('someone'), '2'), follow(login('stranger'))], NOW);
  const { resolveNames, applied } = prepare({ twitch: knows({ someone: { kind: 'found', identifier: '500' } }) });
  expect(await resolveNames()).toEqual({ resolved: 1, missing: 0, failed: 1 });
  const target = { platform: 'twitch', identifier: '500' };
  expect(applied).toEqual([
    { ...follow(login('someone')), target },
    { ...follow(login('someone'), '2'), target },
  ]);
  expect(await store.lookUp([login('someone')])).toMatchObject(
    new Map([['twitch/login:someone', { identifier: '500' }]]),
  );
  expect(await store.waiting(10)).toMatchObject([{ name: 'stranger', tries: 1 }]);
});

test('a follow that no limit leaves room for once its name is known is kept as a message that says it again', async () => {
  const wishes = ['1', '2'].map((guild) => follow(login('someone'), guild));
  await store.keep([...wishes, { ...follow(login('someone'), '3'), source: 'notice' }], NOW);
  const resolve = knows({ someone: { kind: 'found', identifier: '500' } });
  await prepare({ twitch: resolve }, { full: true }).resolveNames();
  const rejects = await createRejectStore(database).list(10);
  expect(rejects.map(({ channel, reason }) => [channel, reason])).toEqual(
    wishes.map(() => ['stream.follow', 'guild 1: has all its follows']),
  );
  const again = rejects.map(({ channel, payload }) => readMessage({ channel, raw: Buffer.from(payload) }));
  expect(again.flatMap(({ events }) => events.map(({ said, target }) => [said.guildId, said.saidAt, target]))).toEqual(
    wishes.map(({ guildId, saidAt }) => [guildId, saidAt, { platform: 'twitch', identifier: '500' }]).reverse(),
  );
  expect(await store.waiting(10)).toEqual([]);
});

test('a name that nobody has stays, visible, and is tried ever more rarely', async () => {
  await store.keep([follow(login('nobody'))], NOW);
  const { resolveNames, clock } = prepare({ twitch: knows({ nobody: { kind: 'missing' } }) });
  const waits: number[] = [];
  for (let i = 0; i < 14; i++) {
    expect(await resolveNames()).toEqual({ resolved: 0, missing: 1, failed: 0 });
    const [waiting] = await store.waiting(1);
    expect(waiting).toMatchObject({ name: 'nobody', tries: i + 1, lastError: 'nobody on twitch has this name' });
    const next = waiting?.nextTryAt ?? NOW;
    waits.push(next.getTime() - clock.at.getTime());
    expect(await resolveNames()).toEqual({ resolved: 0, missing: 0, failed: 0 });
    clock.at = next;
  }
  expect(waits.slice(0, 3)).toEqual([30_000, 60_000, 120_000]);
  expect(waits.at(-1)).toBe(6 * 3_600_000);
});

test('a platform that rests is not asked before it wants to be, and holds up no other', async () => {
  const handle: StreamName = { platform: 'youtube', kind: 'handle', name: 'someone' };
  await store.keep([follow(login('someone')), follow(handle)], NOW);
  const restUntil = new Date('2026-09-26T12:00:00Z');
  const { resolveNames, applied } = prepare({
    twitch: async () => {
      throw new PlatformError('twitch', 'rate-limited', 'Twitch answered 429', { restUntil });
    },
    youtube: knows({ someone: { kind: 'found', identifier: 'UC81tUN0Ljo_kr7CYSgcNPXQ' } }),
  });
  expect(await resolveNames()).toEqual({ resolved: 1, missing: 0, failed: 1 });
  expect(applied.map((wish) => wish.target.platform)).toEqual(['youtube']);
  expect(await store.waiting(10)).toMatchObject([
    { platform: 'twitch', lastError: 'Twitch answered 429', nextTryAt: restUntil },
  ]);
});

test('names of a platform without credentials wait untouched', async () => {
  await store.keep([follow(login('someone'))], NOW);
  expect(await prepare({}).resolveNames()).toEqual({ resolved: 0, missing: 0, failed: 0 });
  expect(await store.waiting(10)).toMatchObject([{ name: 'someone', tries: 0, lastError: null }]);
});

test('an answer that is no identifier is no answer, and another spelling of one is made canonical', async () => {
  const user = (name: string): StreamName => ({ platform: 'twitcasting', kind: 'user', name });
  await store.keep([follow(user('1')), follow(user('2'))], NOW);
  const { resolveNames, applied } = prepare({
    twitcasting: knows({
      1: { kind: 'found', identifier: 'no such thing' },
      2: { kind: 'found', identifier: 'C:Amam' },
    }),
  });
  expect(await resolveNames()).toEqual({ resolved: 1, missing: 0, failed: 1 });
  expect(applied.map((wish) => wish.target.identifier)).toEqual(['c:amam']);
});

test('nothing is forgotten when it could not be applied', async () => {
  await store.keep([follow(login('someone'))], NOW);
  const { resolveNames, applied } = prepare({ twitch: knows({ someone: { kind: 'found', identifier: '500' } }) });
  const failing = createResolveNames({
    store,
    resolvers: new Map([['twitch', { resolve: knows({ someone: { kind: 'found', identifier: '500' } }) }]]),
    applyWishes: () => Promise.reject(new Error('postgres is away')),
    rejects: createRejectStore(database),
    clock: { now: () => NOW },
    metrics: createMetrics(),
    logger: silentLogger,
  });
  await expect(failing()).rejects.toThrow('postgres is away');
  await resolveNames();
  expect(applied).toHaveLength(1);
});
