import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../src/shared/runtime/database.ts';
import type { ChangeCounts } from '../../../src/shared/store/change-figures.ts';
import { type PlatformCounts, readOverview } from '../../../src/shared/store/overview-store.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';

let tables: TestDatabase;
let database: Database;
beforeAll(async () => {
  tables = await createDatabase();
  database = openDatabase(tables.url);
});
afterAll(async () => {
  await database.$disconnect();
  await tables.drop();
});

const now = new Date('2026-11-20T12:00:00Z');
const before = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000);
const NOTHING: ChangeCounts = {
  online: { poll: 0, plan: 0, push: 0, hint: 0 },
  offline: { poll: 0, plan: 0, push: 0, hint: 0 },
  suppressed: 0,
  missedByPush: 0,
};
const EMPTY: PlatformCounts = {
  ...{ keys: 0, pinned: 0, pushed: 0, quarantined: 0, follows: 0, live: 0, scheduled: 0 },
  ...{ waitingChanges: 0, pendingNames: 0 },
  pushSubscriptions: { wanted: 0, pending: 0, active: 0, failed: 0 },
  pushError: null,
  recordRequests: { waiting: 0, unheard: 0, heard: 0, over: 0 },
  ...{ lastHour: NOTHING, lastDay: NOTHING, delay: { urgent: null, normal: null } },
};

it('counts nothing in an empty database', async () => {
  const platforms = { youtube: EMPTY, twitch: EMPTY, twitter: EMPTY, twitcasting: EMPTY };
  expect(await readOverview(database, now)).toEqual({ platforms, oldestChangeAt: null, rejects: 0, notices: [] });
});

it('counts what the tables hold for each platform', async () => {
  const twitch = { platform: 'twitch' };
  await database.stream.createMany({
    data: [
      { ...twitch, identifier: '1', guilds: 2, pushedAt: now },
      { ...twitch, identifier: '2', pins: 1, quarantinedAt: now },
      { ...twitch, identifier: '3', guilds: 1, pins: 2, pushedAt: now },
      { ...twitch, identifier: 'left', pushedAt: now, quarantinedAt: now },
      { platform: 'youtube', identifier: 'UC', guilds: 1 },
    ],
  });
  const follow = { ...twitch, channelId: '9', saidAt: now, source: 'event' };
  await database.follow.createMany({
    data: ['10', '11', '12'].map((guildId) => ({ ...follow, guildId, identifier: '1' })),
  });
  const states = ['live', 'live', 'scheduled', 'ended', 'cancelled'];
  await database.broadcast.createMany({
    data: states.map((state, i) => ({ ...twitch, broadcastId: `${i}`, identifier: '1', state })),
  });
  const name = { ...twitch, kind: 'login', name: 'a', action: 'follow', guildId: '1', saidAt: now, source: 'event' };
  await database.pendingFollow.create({ data: name });
  await database.pushSubscription.createMany({
    data: ['active', 'active', 'failed'].map((state, i) => ({ ...twitch, identifier: `${i}`, topic: 'x', state })),
  });
  const request = { platform: 'youtube', identifier: 'UC', channel: 'youtube.record', payload: 'v', nextTryAt: now };
  await database.recordRequest.createMany({
    data: ['heard', 'unheard'].map((state) => ({ ...request, broadcastId: state, state })),
  });
  const reject = { channel: 'stream.follow', reason: 'no', payload: '', size: 0 };
  await database.reject.createMany({ data: [reject, { ...reject, replayedAt: now }] });
  await database.noticeRead.create({
    data: { tableName: 'twitch_spider', rows: 7, readAt: before(10), doubt: 'empty', doubtAt: now },
  });
  const { platforms, rejects, notices } = await readOverview(database, now);
  expect(platforms.twitch).toEqual({
    ...EMPTY,
    ...{ keys: 3, pinned: 2, pushed: 2, quarantined: 1, follows: 3, live: 2, scheduled: 1, pendingNames: 1 },
    pushSubscriptions: { wanted: 0, pending: 0, active: 2, failed: 1 },
  });
  expect(platforms.youtube).toMatchObject({ keys: 1, recordRequests: { waiting: 0, unheard: 1, heard: 1, over: 0 } });
  expect(rejects).toBe(1);
  expect(notices).toEqual([
    { table: 'twitch_spider', rows: 7, refused: 0, readAt: before(10), doubt: 'empty', doubtAt: now },
  ]);
});

it('counts the changes of the last hour and day by direction and what found them, and how late they were told', async () => {
  const change = { platform: 'twitch', identifier: '1', stream: {}, happenedAt: now, dueAt: now };
  const rows = [
    { direction: 'online', lane: 'urgent', foundBy: 'push', pushed: true, recordedAt: before(5), took: 0.4 },
    { direction: 'online', lane: 'urgent', foundBy: 'poll', pushed: true, recordedAt: before(6), took: 2 },
    { direction: 'online', lane: 'urgent', foundBy: 'hint', recordedAt: before(50), took: 1 },
    { direction: 'offline', lane: 'normal', foundBy: 'poll', recordedAt: before(9), took: 30 },
    { direction: 'offline', lane: 'normal', foundBy: 'poll', pushed: true, recordedAt: before(90), took: 30 },
    { direction: 'online', lane: 'urgent', foundBy: 'poll', recordedAt: before(25 * 60), took: 1 },
  ];
  await database.change.createMany({
    data: rows.map(({ took, ...row }, i) => ({
      ...{ ...change, ...row, broadcastId: `p${i}`, state: 'published' },
      publishedAt: new Date(row.recordedAt.getTime() + took * 1_000),
    })),
  });
  const silent = { ...change, direction: 'online', lane: 'urgent', state: 'suppressed', recordedAt: before(30) };
  const waits = { ...change, direction: 'offline', lane: 'normal', state: 'waiting' };
  await database.change.createMany({
    data: [
      { ...silent, broadcastId: 's' },
      { ...waits, broadcastId: 'w1', recordedAt: before(3) },
      { ...waits, broadcastId: 'w2', recordedAt: before(2) },
    ],
  });
  const { platforms, oldestChangeAt } = await readOverview(database, now);
  expect(platforms.twitch.lastHour).toEqual({
    online: { poll: 2, plan: 0, push: 1, hint: 1 },
    offline: { poll: 3, plan: 0, push: 0, hint: 0 },
    ...{ suppressed: 1, missedByPush: 1 },
  });
  expect(platforms.twitch.lastDay).toEqual({
    online: { poll: 2, plan: 0, push: 1, hint: 1 },
    offline: { poll: 4, plan: 0, push: 0, hint: 0 },
    ...{ suppressed: 1, missedByPush: 2 },
  });
  expect(platforms.twitch.delay).toEqual({
    urgent: { streams: 2, p50Ms: 400, p99Ms: 2_000 },
    normal: { streams: 1, p50Ms: 30_000, p99Ms: 30_000 },
  });
  expect(platforms.twitch.waitingChanges).toBe(2);
  expect(platforms.youtube.lastDay).toEqual(NOTHING);
  expect(oldestChangeAt).toEqual(before(3));
});
