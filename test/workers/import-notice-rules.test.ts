import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { NOTICE_TABLES, type NoticeFollow, type NoticeTable, type TableRead } from '../../src/shared/domain/notice.ts';
import { type FollowLimits, UNLIMITED } from '../../src/shared/domain/follow-limits.ts';
import type { StreamName } from '../../src/shared/domain/follow.ts';
import type { StreamKey } from '../../src/shared/domain/stream-key.ts';
import type { RawNotices } from '../../src/shared/notices/read-notices.ts';
import { saidNow } from '../../src/shared/runtime/said-now.ts';
import { createNameStore } from '../../src/shared/store/name-store.ts';
import { createNoticeStore } from '../../src/shared/store/notice-store.ts';
import { createImportNotices } from '../../src/workers/import-notices.ts';
import { openTracking, type TrackingProcess } from '../support/core.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { handOnOf } from '../support/hand-on.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { followWish, unfollowWish } from '../support/wishes.ts';

let redis: TestRedis;
let database: TestDatabase;
let tally: TrackingProcess;
let limits: FollowLimits = UNLIMITED;

beforeAll(async () => {
  [redis, database] = await Promise.all([startRedis(), createDatabase()]);
  tally = openTracking({ databaseUrl: database.url, redisUrl: redis.url }, 4, () => limits);
});

beforeEach(async () => {
  limits = UNLIMITED;
  await tally.redis.flushall();
  await tally.database.$executeRaw`TRUNCATE stream, follow, unfollow, pin, pending_follow, resolved_name, notice_read`;
});

afterAll(async () => {
  await tally?.close();
  await Promise.all([redis?.stop(), database?.drop()]);
});

/** What was read of the bot's tables; `meanwhile` happens while they are read. */
async function run(over: Partial<RawNotices>, meanwhile: () => Promise<unknown> = async () => undefined) {
  const read: TableRead = { kind: 'read', rows: 1, refused: [] };
  const raw: RawNotices = {
    tables: Object.fromEntries(NOTICE_TABLES.map((table) => [table, read])) as Record<NoticeTable, TableRead>,
    ...{ fault: null, follows: [], learned: [], owned: [], trusted: [], marked: [] },
    ...over,
  };
  const importNotices = createImportNotices({
    readNotices: async () => {
      await meanwhile();
      return raw;
    },
    store: createNoticeStore(tally.database),
    names: createNameStore(tally.database),
    handOn: handOnOf(tally),
    applyPins: tally.applyPins,
    carryOut: tally.carryOut,
    now: () => saidNow(tally),
  });
  return importNotices({ dryRun: false, accept: false });
}

const KEY: StreamKey = { platform: 'twitch', identifier: '7' };
const NAME: StreamName = { platform: 'twitch', kind: 'login', name: 'someone' };
const row = <T extends StreamKey | StreamName>(target: T): NoticeFollow<T> => ({
  target,
  guildId: '1',
  channelId: '10',
});

const follows = () =>
  tally.database.follow.findMany({
    select: { platform: true, identifier: true, source: true },
    orderBy: { identifier: 'asc' },
  });
const pins = async (): Promise<string[]> => {
  const rows = await tally.database.pin.findMany({ orderBy: [{ reason: 'asc' }, { identifier: 'asc' }] });
  return rows.map(({ platform, identifier, reason, source }) => `${reason} ${platform}/${identifier} ${source}`);
};

it('takes the table for newer than an unfollow of before, and hears an unfollow that comes while it is read', async () => {
  await tally.applyWishes([unfollowWish(KEY, { saidAt: await saidNow(tally) })]);
  await run({ follows: [row(KEY)] });
  expect(await follows()).toEqual([{ ...KEY, source: 'notice' }]);

  await tally.applyWishes([unfollowWish(KEY, { saidAt: await saidNow(tally) })]);
  await run({ follows: [row(KEY), row({ ...KEY, identifier: '9' })] }, async () => {
    await tally.applyWishes([unfollowWish({ ...KEY, identifier: '9' }, { saidAt: await saidNow(tally) })]);
  });
  expect(await follows()).toEqual([{ ...KEY, source: 'notice' }]);
});

it('takes a follow for whoever said it, whenever that was, and never for the table’s', async () => {
  const [early, late] = [await saidNow(tally), await saidNow(tally)];
  const other = { ...KEY, identifier: '8' };
  await tally.applyWishes([followWish(KEY, { saidAt: early })]);
  await tally.applyWishes([followWish(KEY, { source: 'notice', saidAt: late })]);
  await tally.applyWishes([followWish(other, { source: 'notice', saidAt: late })]);
  await tally.applyWishes([followWish(other, { saidAt: early })]);
  const told = [
    { ...KEY, source: 'event' },
    { ...other, source: 'event' },
  ];
  expect(await follows()).toEqual(told);
  await run({ follows: [row(KEY), row(other)] });
  await run({});
  expect(await follows()).toEqual(told);
});

it('ends nothing that has become an event’s since the plan was made, or was found again by a later read', async () => {
  const [before, readAt, later] = [await saidNow(tally), await saidNow(tally), await saidNow(tally)];
  const keys = ['1', '2', '3'].map((identifier): StreamKey => ({ platform: 'twitch', identifier }));
  const [gone, told, found] = keys as [StreamKey, StreamKey, StreamKey];
  await tally.applyWishes([
    followWish(gone, { source: 'notice', saidAt: before }),
    followWish(told, { source: 'event', saidAt: before }),
    followWish(found, { source: 'notice', saidAt: later }),
  ]);
  await createNoticeStore(tally.database).end(keys.map(row), readAt);
  expect(await follows()).toEqual([
    { ...told, source: 'event' },
    { ...found, source: 'notice' },
  ]);
});

it('keeps a row by a name until somebody knows whom it means, and forgets it with its row', async () => {
  await run({ follows: [row(NAME)] });
  await run({ follows: [row(NAME)] });
  expect(await tally.database.pendingFollow.findMany()).toEqual([
    expect.objectContaining({ name: 'someone', source: 'notice', guildId: '1', channelId: '10' }),
  ]);
  await run({});
  expect(await tally.database.pendingFollow.count()).toBe(0);

  await run({ follows: [row(NAME)], learned: [{ name: NAME, identifier: '7' }] });
  expect(await follows()).toEqual([{ ...KEY, source: 'notice' }]);
  // Nobody tells any more whom it means: then it may still be the same.
  await run({ follows: [row(NAME)] });
  expect(await follows()).toEqual([{ ...KEY, source: 'notice' }]);
  await createNameStore(tally.database).remember([{ name: NAME, identifier: '7' }], new Date('2020-01-01'));
  const again = await run({ follows: [row(NAME)] });
  expect(again.plan.resolve).toEqual([]);
  expect(await follows()).toEqual([{ ...KEY, source: 'notice' }]);
});

it('tracks what a category contains while anybody follows it, and what is marked, with their schedulers', async () => {
  const holo: StreamKey = { platform: 'youtube', identifier: 'holo' };
  const owned = [{ identifier: 'UCa', category: 'holo' } as const, { identifier: 'UCb', category: 'other' } as const];
  await tally.applyWishes([followWish(holo)]);
  await run({ owned, trusted: ['UCc'], marked: [KEY] });
  expect(await pins()).toEqual(['category youtube/UCa notice', 'record twitch/7 notice']);
  expect(await tally.queues.youtube.getJobSchedulersCount()).toBe(1);

  await run({ owned, trusted: ['UCc'], follows: [row({ ...holo, identifier: 'other' })] });
  expect(await pins()).toEqual([
    'category youtube/UCa notice',
    'category youtube/UCb notice',
    'category youtube/UCc notice',
  ]);
  await tally.applyWishes([unfollowWish(holo)]);
  await run({ owned, trusted: ['UCc'], follows: [row({ ...holo, identifier: 'other' })] });
  expect(await pins()).toEqual(['category youtube/UCb notice', 'category youtube/UCc notice']);
  await run({});
  expect(await pins()).toEqual([]);
  expect(await tally.queues.youtube.getJobSchedulersCount()).toBe(0);
});

it('leaves alone the pins that an operator set', async () => {
  await tally.applyPins({ added: [{ ...KEY, reason: 'record', source: 'cli' }], removed: [] });
  await run({ marked: [KEY] });
  await run({});
  expect(await pins()).toEqual(['record twitch/7 cli']);
});

it('keeps out what a limit leaves no room for, with what would hang on it, and takes it as soon as there is room', async () => {
  limits = { ...UNLIMITED, perGuild: 2 };
  const other = { platform: 'twitch', identifier: '8' } as const;
  const category = { platform: 'youtube', identifier: 'holo' } as const;
  const owned = [{ identifier: 'UC000000000000000000000A', category: 'holo' }] as RawNotices['owned'];
  const rows = [row(KEY), row(other), row(category)];
  const { plan, keptOut } = await run({ follows: rows, owned });
  expect(keptOut).toMatchObject([{ target: category, reason: expect.stringContaining('FOLLOWS_PER_GUILD') }]);
  expect([plan.follow.length, plan.pin.length]).toEqual([2, 0]);
  expect(await pins()).toEqual([]);
  expect((await follows()).map(({ identifier }) => identifier)).toEqual(['7', '8']);

  expect((await run({ follows: rows, owned })).keptOut).toHaveLength(1);
  await run({ follows: [row(other), row(category)], owned });
  expect((await run({ follows: [row(other), row(category)], owned })).keptOut).toEqual([]);
  expect((await follows()).map(({ identifier }) => identifier)).toEqual(['8', 'holo']);
  expect(await pins()).toEqual(['category youtube/UC000000000000000000000A notice']);
});

it('stops between two steps when it is told to, and believes nothing it has not carried out', async () => {
  const stopped = AbortSignal.abort();
  const importNotices = createImportNotices({
    readNotices: async () => ({
      tables: Object.fromEntries(
        NOTICE_TABLES.map((table) => [table, { kind: 'read', rows: 1, refused: [] }]),
      ) as unknown as RawNotices['tables'],
      ...{ fault: null, follows: [row(KEY)], learned: [], owned: [], trusted: [], marked: [] },
    }),
    store: createNoticeStore(tally.database),
    names: createNameStore(tally.database),
    handOn: handOnOf(tally),
    applyPins: tally.applyPins,
    carryOut: tally.carryOut,
    now: () => saidNow(tally),
  });
  await importNotices({ dryRun: false, accept: false, signal: stopped });
  expect(await follows()).toEqual([]);
  expect(await tally.database.noticeRead.count()).toBe(0);
});
