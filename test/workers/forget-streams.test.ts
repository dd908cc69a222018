import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StreamKey } from '../../src/shared/domain/stream-key.ts';
import { createPinStore } from '../../src/shared/store/pin-store.ts';
import { type Database, openDatabase } from '../../src/shared/runtime/database.ts';
import { createTrackingStore, type TrackingStore } from '../../src/shared/store/tracking-store.ts';
import { createCleanUp } from '../../src/workers/clean-up.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { followWish, saidAt, unfollowWish } from '../support/wishes.ts';

const DAY_MS = 24 * 60 * 60_000;
const began = Date.now();
const inDays = (days: number): Date => new Date(began + days * DAY_MS);
const key = (identifier: string): StreamKey => ({ platform: 'twitch', identifier });

let server: TestDatabase;
let database: Database;
let tracking: TrackingStore;

beforeAll(async () => {
  server = await createDatabase();
  database = openDatabase(server.url, 4);
  tracking = createTrackingStore(database);
});
beforeEach(async () => {
  await database.$executeRaw`TRUNCATE stream, follow, unfollow, pin, broadcast, change, push_subscription`;
});
afterAll(async () => {
  await database?.$disconnect();
  await server?.drop();
});

const cleanUp = (days: number): Promise<Record<string, number>> =>
  createCleanUp({ database, tracking, clock: { now: () => inDays(days) } })();

async function kept(): Promise<string[]> {
  const rows = await database.stream.findMany({ orderBy: { identifier: 'asc' } });
  return rows.map(({ identifier }) => identifier);
}

async function followed(identifier: string): Promise<void> {
  await tracking.apply([followWish(key(identifier))]);
}

async function unfollowed(identifier: string): Promise<void> {
  await tracking.apply([unfollowWish(key(identifier))]);
}

/** One that was announced long ago and has not been seen to end. */
async function announcedLive(identifier: string): Promise<void> {
  const long = { updatedAt: inDays(-100), startedAt: inDays(-100) };
  await database.broadcast.create({
    data: { platform: 'twitch', broadcastId: `${identifier} live`, identifier, state: 'live', ...long },
  });
  const times = { happenedAt: inDays(-100), recordedAt: inDays(-100), dueAt: inDays(-100) };
  const change = { platform: 'twitch', broadcastId: `${identifier} live`, identifier, direction: 'online', ...times };
  await database.change.create({ data: { ...change, lane: 'urgent', state: 'published', stream: {} } });
}

describe('a key that nobody follows any more', () => {
  it('is forgotten after 35 days, and one that is followed or pinned never is', async () => {
    for (const each of ['followed', 'unfollowed']) await followed(each);
    const pin = { ...key('pinned'), reason: 'record', source: 'cli' } as const;
    await createPinStore(database).change({ added: [pin], removed: [] });
    await unfollowed('unfollowed');
    await cleanUp(34);
    expect(await kept()).toEqual(['followed', 'pinned', 'unfollowed']);
    expect(await cleanUp(36)).toMatchObject({ streams: 1 });
    expect(await kept()).toEqual(['followed', 'pinned']);
    expect(await cleanUp(400)).toMatchObject({ streams: 0 });
  });

  it('is known as long as it could be followed again with what was announced of it, however long that is live', async () => {
    await followed('always live');
    await announcedLive('always live');
    await unfollowed('always live');
    expect(await cleanUp(34)).toMatchObject({ changes: 0, broadcasts: 0, streams: 0 });
    expect(await cleanUp(36)).toMatchObject({ changes: 1, broadcasts: 1, streams: 1 });
  });

  it('counts anew when it was followed meanwhile', async () => {
    await followed('again');
    await unfollowed('again');
    await tracking.apply([followWish(key('again'), { saidAt: saidAt(3) })]);
    await announcedLive('again');
    expect(await cleanUp(36)).toMatchObject({ changes: 0, broadcasts: 0, streams: 0 });
    expect(await database.stream.count({ where: { untrackedAt: null } })).toBe(1);
  });

  it('counts from the first look at it when nobody wrote down since when', async () => {
    await database.stream.create({ data: { platform: 'twitch', identifier: 'old', createdAt: inDays(-500) } });
    await database.stream.create({
      data: { platform: 'twitch', identifier: 'followed', guilds: 1, untrackedAt: inDays(-500) },
    });
    expect(await cleanUp(0)).toMatchObject({ streams: 0 });
    expect(await cleanUp(34)).toMatchObject({ streams: 0 });
    expect(await cleanUp(36)).toMatchObject({ streams: 1 });
    expect(await kept()).toEqual(['followed']);
  });

  it('stays while a platform still has a subscription for it, or something of it waits to be told', async () => {
    for (const each of ['subscribed', 'waits']) {
      await followed(each);
      await announcedLive(each);
      await unfollowed(each);
    }
    await database.pushSubscription.create({
      data: { ...key('subscribed'), topic: 'stream.online', state: 'leaving' },
    });
    await database.change.updateMany({ where: { identifier: 'waits' }, data: { state: 'waiting' } });
    expect(await cleanUp(36)).toMatchObject({ changes: 1, broadcasts: 1, streams: 0 });
    expect(await kept()).toEqual(['subscribed', 'waits']);
  });

  it('is followed again at the very moment it is forgotten: the follow has its row, and counts', async () => {
    await followed('again');
    await unfollowed('again');
    const forgets = new pg.Client({ connectionString: server.url });
    const watcher = new pg.Client({ connectionString: server.url });
    await Promise.all([forgets.connect(), watcher.connect()]);
    await forgets.query('BEGIN');
    await forgets.query("SELECT 1 FROM stream WHERE identifier = 'again' FOR UPDATE");
    const followedAgain = tracking.apply([followWish(key('again'), { saidAt: saidAt(3) })]);
    await eventually(async () => {
      const { rows } = await watcher.query(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect(rows).toHaveLength(1);
    });
    await forgets.query("DELETE FROM stream WHERE identifier = 'again'");
    await forgets.query('COMMIT');
    expect((await followedAgain).started).toEqual([key('again')]);
    expect(await database.stream.findMany()).toMatchObject([{ identifier: 'again', guilds: 1, untrackedAt: null }]);
    await Promise.all([forgets.end(), watcher.end()]);
  });
});
