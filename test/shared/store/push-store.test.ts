import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/shared/runtime/clock.ts';
import { type Database, openDatabase } from '../../../src/shared/runtime/database.ts';
import { createPushHealthStore, type PushHealthStore } from '../../../src/shared/store/push-health-store.ts';
import { createPushStore, type PushStore } from '../../../src/shared/store/push-store.ts';
import { createPushWorkStore, type PushWork, type PushWorkStore } from '../../../src/shared/store/push-work-store.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';

const TOPICS = ['stream.online', 'stream.offline'];
const MINUTE = 60_000;

let server: TestDatabase;
let database: Database;
let store: PushStore;
let work: PushWorkStore;
let health: PushHealthStore;
let now: Date;

beforeAll(async () => {
  server = await createDatabase();
  database = openDatabase(server.url);
  store = createPushStore(database);
  work = createPushWorkStore(database);
  health = createPushHealthStore(database);
});
beforeEach(async () => {
  now = systemClock.now();
  for (const table of [database.pushSubscription, database.stream, database.change, database.broadcast]) {
    await (table as { deleteMany(): Promise<unknown> }).deleteMany();
  }
});
afterAll(async () => {
  await database?.$disconnect();
  await server?.drop();
});

const ago = (ms: number): Date => new Date(now.getTime() - ms);
const track = (identifier: string, guilds = 1, platform = 'twitch') =>
  database.stream.upsert({
    where: { platform_identifier: { platform, identifier } },
    create: { platform, identifier, guilds },
    update: { guilds },
  });
const plan = (mark = 'one') => store.plan('twitch', { topics: TOPICS, mark, now });
const take = (states: readonly ('wanted' | 'failed' | 'active' | 'pending' | 'leaving')[], limit = 100) =>
  work.take('twitch', { states, limit, now });
const done = (state: 'active' | 'pending', remoteId: string, leaseUntil: Date | null = null) => ({
  ...{ state, remoteId, leaseUntil, mark: 'one', askedAt: now, now },
});
const rows = () => database.pushSubscription.findMany({ orderBy: [{ identifier: 'asc' }, { topic: 'asc' }] });
const settle = async (believed = true) =>
  (await health.settle('twitch', { topics: TOPICS, believed, now })).map(({ identifier }) => identifier);

async function subscribeAll(): Promise<PushWork[]> {
  await plan();
  const taken = await take(['wanted']);
  for (const row of taken) await work.subscribed('twitch', row, done('active', `${row.identifier} ${row.topic}`));
  return taken;
}

describe('what is asked of a platform', () => {
  it('follows what is tracked, and is ended on evidence only', async () => {
    await track('1');
    await track('2');
    expect(await plan()).toEqual({ wanted: 4, leaving: 0 });
    expect(await plan()).toEqual({ wanted: 0, leaving: 0 });
    await track('1', 0);
    expect(await plan()).toEqual({ wanted: 0, leaving: 2 });
    // An empty table of streams is no evidence that nobody follows.
    await database.stream.deleteMany();
    expect(await plan()).toEqual({ wanted: 0, leaving: 0 });
    expect((await rows()).map(({ state }) => state)).toEqual(['leaving', 'leaving', 'wanted', 'wanted']);
    await track('1');
    expect(await plan()).toEqual({ wanted: 2, leaving: 0 });
  });

  it('leaves out who is quarantined, and categories', async () => {
    await database.stream.create({ data: { platform: 'twitch', identifier: '3', guilds: 1, quarantinedAt: now } });
    expect(await plan()).toEqual({ wanted: 0, leaving: 0 });
    await track('holo', 1, 'youtube');
    await track('UC1', 1, 'youtube');
    expect(await store.plan('youtube', { topics: ['feed'], mark: 'one', now })).toEqual({ wanted: 1, leaving: 0 });
  });

  it('is made anew with another secret or callback', async () => {
    await track('1');
    await subscribeAll();
    expect(await plan('two')).toEqual({ wanted: 2, leaving: 0 });
    expect((await take(['wanted'])).map(({ remoteId }) => remoteId)).toEqual(
      expect.arrayContaining(['1 stream.online', '1 stream.offline']),
    );
  });
});

describe('work on subscriptions', () => {
  it('goes to one process, the most wanted keys first, and to nobody again while it is in hand', async () => {
    await track('1', 1);
    await track('2', 5);
    await plan();
    const shares = await Promise.all([take(['wanted'], 2), take(['wanted'], 2), take(['wanted'], 2)]);
    const taken = shares.flat().map(({ identifier, topic }) => `${identifier} ${topic}`);
    expect(new Set(taken).size).toBe(taken.length);
    await Promise.all(shares.map((share) => work.putBack('twitch', share, ago(0))));
    expect((await take(['wanted'], 2)).map(({ identifier }) => identifier)).toEqual(['2', '2']);
  });

  it('counts a confirmation that came before the answer', async () => {
    await track('1');
    await plan();
    const [row] = await take(['wanted']);
    if (!row) throw new Error('nothing to do');
    await store.confirm('twitch', { ...row, leaseUntil: null, renewAt: null, now: new Date(now.getTime() + 5) });
    await work.subscribed('twitch', row, done('pending', 'a'));
    expect((await rows()).find(({ topic }) => topic === row.topic)).toMatchObject({ state: 'active', remoteId: 'a' });
  });

  it('comes again for what was not confirmed, for a lease, and for what failed, later each time', async () => {
    await track('1');
    await plan();
    const [one, two] = await take(['wanted']);
    if (!one || !two) throw new Error('nothing to do');
    await work.subscribed('twitch', one, done('pending', 'a'));
    await work.failed('twitch', two, { error: 'no', now });
    expect(await take(['wanted', 'pending', 'failed'])).toEqual([]);
    now = new Date(now.getTime() + 5 * MINUTE);
    expect(await take(['wanted', 'pending', 'failed'])).toHaveLength(2);
    await work.subscribed('twitch', one, done('active', 'a', new Date(now.getTime() + 10 * MINUTE)));
    expect(await take(['active'])).toEqual([]);
    now = new Date(now.getTime() + 5 * MINUTE);
    const [renewal] = await take(['active']);
    if (!renewal) throw new Error('no renewal');
    await work.failed('twitch', renewal, { error: 'hub is away', now });
    expect((await rows()).find(({ topic }) => topic === one.topic)?.state).toBe('active');
  });

  it('ends what is unfollowed, also when it was being asked for', async () => {
    await track('1');
    await plan();
    const [row] = await take(['wanted'], 1);
    if (!row) throw new Error('nothing to do');
    await track('1', 0);
    await plan();
    await work.subscribed('twitch', row, done('active', 'late'));
    const leaving = await take(['leaving']);
    expect(leaving.map(({ remoteId }) => remoteId)).toContain('late');
    for (const one of leaving) await work.ended('twitch', one);
    expect(await rows()).toEqual([]);
  });
});

describe('whether push works', () => {
  it('is said of keys whose topics are all active, and taken back', async () => {
    await track('1');
    await track('2');
    const taken = await subscribeAll();
    expect((await settle()).sort()).toEqual(['1', '2']);
    expect(await settle()).toEqual([]);
    await store.lose('twitch', [{ identifier: '1', topic: 'stream.online' }], { reason: 'revoked', now });
    expect(await settle()).toEqual(['1']);
    expect(taken).toHaveLength(4);
    expect(await settle(false)).toEqual(['2']);
    expect(await health.settle('youtube', { topics: [], believed: false, now })).toEqual([]);
  });

  it('ends with the lease', async () => {
    await track('1');
    await plan();
    for (const row of await take(['wanted']))
      await work.subscribed('twitch', row, done('active', 'x', new Date(now.getTime() + MINUTE)));
    expect(await settle()).toEqual(['1']);
    now = new Date(now.getTime() + 2 * MINUTE);
    expect(await settle()).toEqual(['1']);
  });

  it('is doubted for a key of which a poll found what was not pushed, and for all after several', async () => {
    for (const identifier of ['1', '2', '3', '4']) await track(identifier);
    await subscribeAll();
    await database.pushSubscription.updateMany({ data: { confirmedAt: ago(60 * MINUTE) } });
    const change = (identifier: string, minutes: number) => ({
      ...{ platform: 'twitch', identifier, broadcastId: `b${identifier}`, direction: 'online', lane: 'urgent' },
      ...{ state: 'published', stream: {}, happenedAt: ago(minutes * MINUTE), recordedAt: ago(minutes * MINUTE) },
      ...{ dueAt: now, foundBy: 'poll', pushed: true },
    });
    await database.change.create({ data: change('1', 5) });
    // This one was heard of: the poll was only quicker.
    await database.change.create({ data: change('2', 5) });
    await store.hear('twitch', [{ identifier: '2', topic: 'stream.online' }], ago(5 * MINUTE - 2_000));
    const question = { tells: 'both' as const, since: ago(30 * MINUTE), graceMs: MINUTE, now };
    expect(await health.doubt('twitch', { ...question, since: ago(MINUTE) })).toEqual([]);
    expect(await health.doubt('twitch', question)).toEqual(['1']);
    expect(await health.doubt('twitch', question)).toEqual([]);
    expect(await health.missedSinceHeard('twitch', question)).toBe(0);
    await database.change.createMany({ data: [change('3', 4), change('4', 3)] });
    expect(await health.missedSinceHeard('twitch', question)).toBe(2);
    await store.hear('twitch', [{ identifier: '2', topic: 'stream.online' }], now);
    expect(await health.missedSinceHeard('twitch', question)).toBe(0);
    expect(await health.doubt('twitch', { ...question, tells: 'discovery' })).toEqual([]);
  });

  it('moves paces, unless it has changed again', async () => {
    await track('1');
    const pace = { identifier: '1', pace: 'net' as const };
    expect(await health.setPaces('twitch', [{ ...pace, pushed: true }])).toEqual([]);
    expect(await health.setPaces('twitch', [{ ...pace, pushed: false }])).toEqual(['1']);
    expect(await settle()).toEqual(['1']);
  });
});

it('a challenge is answered for what is asked for only', async () => {
  await track('1');
  await plan();
  const topic = { identifier: '1', topic: 'stream.online' };
  expect(await store.wants('twitch', topic)).toBe(true);
  expect(await store.wants('twitch', { ...topic, topic: 'channel.raid' })).toBe(false);
  await track('1', 0);
  expect(await store.wants('twitch', topic)).toBe(false);
  await store.adopt('twitch', [{ ...topic, remoteId: 'r', state: 'active', ours: true }], { mark: 'one', now });
  expect((await store.all('twitch')).find((row) => row.topic === topic.topic)).toMatchObject({
    remoteId: 'r',
    state: 'active',
  });
});
