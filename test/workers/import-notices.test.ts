import { afterAll, beforeAll, expect, it } from 'vitest';
import type { NoticeTable } from '../../src/shared/domain/notice.ts';
import { readNotices } from '../../src/shared/notices/read-notices.ts';
import { readSchedulers } from '../../src/shared/queues/schedulers.ts';
import { saidNow } from '../../src/shared/runtime/said-now.ts';
import { createNameStore } from '../../src/shared/store/name-store.ts';
import { createNoticeStore } from '../../src/shared/store/notice-store.ts';
import { createImportNotices, type Imported, type ImportNotices } from '../../src/workers/import-notices.ts';
import { PLATFORMS } from '../../src/shared/domain/platform.ts';
import { openTracking, type TrackingProcess } from '../support/core.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { handOnOf } from '../support/hand-on.ts';
import { startMariadb, type TestMariadb } from '../support/mariadb.ts';
import { addRows, BOT_DATABASE, makeNoticeTables, noticeUrl } from '../support/notice-tables.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { followWish } from '../support/wishes.ts';

let server: TestMariadb;
let redis: TestRedis;
let database: TestDatabase;
let tally: TrackingProcess;
let importNotices: ImportNotices;

beforeAll(async () => {
  [server, redis, database] = await Promise.all([startMariadb(), startRedis(), createDatabase()]);
  await makeNoticeTables(server);
  tally = openTracking({ databaseUrl: database.url, redisUrl: redis.url });
  importNotices = importerOf(tally);
});

afterAll(async () => {
  await tally?.close();
  await Promise.all([server?.stop(), redis?.stop(), database?.drop()]);
});

function importerOf(process: TrackingProcess): ImportNotices {
  return createImportNotices({
    readNotices: () => readNotices(noticeUrl(server)),
    store: createNoticeStore(process.database),
    names: createNameStore(process.database),
    handOn: handOnOf(process),
    applyPins: process.applyPins,
    carryOut: process.carryOut,
    now: () => saidNow(process),
  });
}

const run = (accept = false): Promise<Imported> => importNotices({ dryRun: false, accept });

const HALF_MILLION = 500_000n;
const uc = (number: number): string => `UC${String(number).padStart(21, '0')}A`;

/** 20,000 notices of 5,000 channels, as tables of a bot that runs for years hold them. */
const NOTICES: Readonly<Record<'youtube' | 'twitch' | 'twitter' | 'twitcasting', number>> = {
  youtube: 10_000,
  twitch: 6_000,
  twitter: 1_000,
  twitcasting: 3_000,
};
const EXPECTED = 20_000;
const KEYS = 5_000;

async function fillBot(): Promise<void> {
  const place = (i: number) => ({ guild_id: 18446744073709551615n - BigInt(i), discord_channel_id: HALF_MILLION });
  const rows = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
  await addRows(
    server,
    'notice_youtube_stream_channel',
    rows(NOTICES.youtube, (i) => ({
      guild_id: BigInt(i + 1),
      discord_notice_stream_channel_id: HALF_MILLION,
      discord_notice_video_channel_id: HALF_MILLION,
      you_tube_channel_id: uc(i % 2_500),
    })),
  );
  await addRows(
    server,
    'notice_twitch_stream_channels',
    rows(NOTICES.twitch, (i) => ({ ...place(i), notice_twitch_user_id: String((i % 1_500) + 1) })),
  );
  await addRows(
    server,
    'notice_twitter_space_channel',
    rows(NOTICES.twitter, (i) => ({ ...place(i), notice_twitter_space_user_id: String((i % 250) + 1) })),
  );
  await addRows(
    server,
    'notice_twitcasting_stream_channels',
    rows(NOTICES.twitcasting, (i) => ({ ...place(i), screen_id: `caster_${i % 750}` })),
  );
}

async function follows(): Promise<number> {
  return tally.database.follow.count();
}

async function scheduled(): Promise<number> {
  const lists = await Promise.all(PLATFORMS.map((platform) => readSchedulers(tally.redis, tally.queues[platform])));
  return lists.reduce((sum, list) => sum + list.length, 0);
}

async function doubts(): Promise<Partial<Record<NoticeTable, string | null>>> {
  const tables = await createNoticeStore(tally.database).tables();
  return Object.fromEntries(tables.flatMap(({ table, doubt }) => (doubt === null ? [] : [[table, doubt]])));
}

const sizes = ({ plan }: Imported): Record<string, number> =>
  Object.fromEntries(Object.entries(plan).flatMap(([what, list]) => (list.length > 0 ? [[what, list.length]] : [])));

const bot = (statement: string): Promise<void> => server.execute(`USE ${BOT_DATABASE}`, statement);

it('takes over 20,000 notices, once, with duplicates and rubbish among them', async () => {
  await fillBot();
  await bot(`INSERT INTO notice_twitch_stream_channels (guild_id, discord_channel_id, notice_twitch_user_id)
    SELECT guild_id, discord_channel_id, notice_twitch_user_id FROM notice_twitch_stream_channels LIMIT 1000`);
  await bot(`INSERT INTO notice_twitch_stream_channels (guild_id, discord_channel_id, notice_twitch_user_id)
    VALUES (1, 2, NULL), (1, 2, 'not a login!')`);
  const dry = await importNotices({ dryRun: true, accept: false });
  expect(sizes(dry)).toEqual({ follow: EXPECTED });
  expect(await follows()).toBe(0);
  expect(await tally.database.noticeRead.count()).toBe(0);

  const first = await run();
  expect(first.refused).toHaveLength(2);
  expect(await follows()).toBe(EXPECTED);
  expect(await scheduled()).toBe(KEYS);
  expect(sizes(await run())).toEqual({});
  expect(await doubts()).toEqual({});
  expect(
    await tally.database.noticeRead.findUnique({ where: { tableName: 'notice_twitch_stream_channels' } }),
  ).toMatchObject({ rows: NOTICES.twitch, refused: 2 });
});

it('follows what changes there: rows that came, went and were edited', async () => {
  await bot('DELETE FROM notice_twitch_stream_channels WHERE notice_twitch_user_id IN (1, 2, 3)');
  await bot("UPDATE notice_twitcasting_stream_channels SET screen_id = 'renamed' WHERE screen_id = 'caster_0'");
  await bot(`INSERT INTO notice_twitter_space_channel (guild_id, discord_channel_id, notice_twitter_space_user_id)
    VALUES (77, 1, '777')`);
  const changed = await run();
  const [deleted, edited] = [12, 4];
  expect(sizes(changed)).toEqual({ follow: edited + 1, end: deleted + edited });
  expect(await follows()).toBe(EXPECTED - deleted + 1);
  expect(await scheduled()).toBe(KEYS - 3 + 1);
  expect(sizes(await run())).toEqual({});
});

it('ends nothing because a table is emptied, halved, dropped, or lacks a column, and follows what is new all the same', async () => {
  const before = await follows();
  await bot('CREATE TABLE kept_youtube AS SELECT * FROM notice_youtube_stream_channel');
  await bot('CREATE TABLE kept_twitch AS SELECT * FROM notice_twitch_stream_channels');
  await bot('DELETE FROM notice_youtube_stream_channel');
  await bot('DELETE FROM notice_twitch_stream_channels WHERE notice_twitch_user_id > 751');
  await bot(`INSERT INTO notice_twitch_stream_channels (guild_id, discord_channel_id, notice_twitch_user_id)
    VALUES (88, 1, '888888')`);
  await bot('RENAME TABLE notice_twitter_space_channel TO dropped');
  await bot('ALTER TABLE notice_twitcasting_stream_channels CHANGE screen_id screen longtext');
  expect(sizes(await run())).toEqual({ follow: 1 });
  expect(sizes(await run())).toEqual({});
  expect(await follows()).toBe(before + 1);
  expect(await doubts()).toEqual({
    notice_youtube_stream_channel: 'no usable row where there were 10000',
    notice_twitch_stream_channels: expect.stringMatching(/^only \d+ usable rows where there were 5988$/),
    notice_twitter_space_channel: expect.stringContaining('no such table, which had 1001 usable rows'),
    notice_twitcasting_stream_channels: 'it has no column screen_id or channel_id',
  });
});

it('ends things again once the tables are whole', async () => {
  const before = await follows();
  await bot('INSERT INTO notice_youtube_stream_channel SELECT * FROM kept_youtube');
  await bot(
    'INSERT IGNORE INTO notice_twitch_stream_channels SELECT * FROM kept_twitch WHERE notice_twitch_user_id > 753',
  );
  await bot('RENAME TABLE dropped TO notice_twitter_space_channel');
  await bot('ALTER TABLE notice_twitcasting_stream_channels CHANGE screen channel_id longtext');
  expect(sizes(await run())).toEqual({ end: 8 }); // 752 and 753
  expect(await doubts()).toEqual({});
  expect(await follows()).toBe(before - 8);
});

it('ends nothing when the server dies in the middle of a read, and goes on when it is back', async () => {
  const before = await follows();
  await bot('DELETE FROM notice_youtube_stream_channel WHERE guild_id <= 10');
  await server.hold(`LOCK TABLES ${BOT_DATABASE}.notice_twitcasting_stream_channels WRITE`);
  const running = run();
  await eventually(async () => {
    const waiting = await server.query<{ State: string; User: string }>('SHOW FULL PROCESSLIST');
    expect(waiting.some(({ User, State }) => User === 'tallylight' && /lock/i.test(State ?? ''))).toBe(true);
  });
  await server.kill();
  // What had been read whole by then is believed.
  const cut = await running;
  expect(cut.fault).toMatchObject({ kind: 'away' });
  expect(sizes(cut)).toEqual({ end: 10 });
  expect(Object.keys(await doubts())).toContain('notice_twitcasting_stream_channels');
  const away = await run();
  expect(sizes(away)).toEqual({});
  expect(Object.keys(await doubts())).toHaveLength(10);
  expect(await follows()).toBe(before - 10);
  await server.restart();
  expect(sizes(await run())).toEqual({});
  expect(await doubts()).toEqual({});
});

it('ends as the same at two processes at once', async () => {
  const other = openTracking({ databaseUrl: database.url, redisUrl: redis.url });
  await bot(`INSERT INTO notice_twitch_stream_channels (guild_id, discord_channel_id, notice_twitch_user_id)
    SELECT 1000000 + id, 9, notice_twitch_user_id FROM notice_twitch_stream_channels LIMIT 1500`);
  await bot('DELETE FROM notice_youtube_stream_channel WHERE guild_id BETWEEN 11 AND 1010');
  const before = await follows();
  await Promise.all([run(), importerOf(other)({ dryRun: false, accept: false })]);
  expect(await follows()).toBe(before + 1_500 - 1_000);
  expect(sizes(await run())).toEqual({});
  await other.close();
});

it('leaves to events what came as events, and takes for an event’s what an event says too', async () => {
  const event = { platform: 'twitch', identifier: '1000' } as const;
  const both = { platform: 'twitch', identifier: '1001' } as const;
  const row = await tally.database.follow.findFirstOrThrow({ where: { ...both, source: 'notice' } });
  const place = { guildId: row.guildId, channelId: row.channelId };
  // Said long before the table was read, but heard only now.
  await tally.applyWishes([followWish(event, { guildId: '5' }), followWish(both, place)]);
  await bot(`DELETE FROM notice_twitch_stream_channels WHERE notice_twitch_user_id IN ('1000', '1001')`);
  await run();
  expect(
    await tally.database.follow.findMany({ where: { platform: 'twitch', identifier: { in: ['1000', '1001'] } } }),
  ).toEqual([
    expect.objectContaining({ identifier: '1000', guildId: '5', source: 'event' }),
    expect.objectContaining({ identifier: '1001', ...place, source: 'event' }),
  ]);
});

it('believes what an operator accepts', async () => {
  await bot('DELETE FROM notice_youtube_stream_channel');
  await bot('DROP TABLE notice_twitter_space_channel');
  expect(sizes(await run())).toEqual({});
  const accepted = await run(true);
  expect(accepted.plan.end.length).toBeGreaterThan(9_000);
  expect(await tally.database.follow.count({ where: { platform: { in: ['youtube', 'twitter'] } } })).toBe(0);
  expect(await doubts()).toEqual({});
  expect(sizes(await run())).toEqual({});
});
