import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { NoticeTable, TableRead } from '../../../src/shared/domain/notice.ts';
import { withNoticeDatabase } from '../../../src/shared/notices/notice-database.ts';
import { readNotices } from '../../../src/shared/notices/read-notices.ts';
import { reachNotices } from '../../../src/shared/notices/reach-notices.ts';
import { startMariadb, type TestMariadb } from '../../support/mariadb.ts';
import { addRows, BOT_DATABASE, makeNoticeTables, noticeUrl } from '../../support/notice-tables.ts';
import { eventually } from '../../support/eventually.ts';

let server: TestMariadb;
let url: string;

beforeAll(async () => {
  server = await startMariadb();
  url = noticeUrl(server);
});

beforeEach(() => makeNoticeTables(server));

afterAll(() => server?.stop());

const UC = 'UC81tUN0Ljo_kr7CYSgcNPXQ';
/** Another channel, which a collation that ignores case takes for the same. */
const OTHER_UC = 'UC81tun0lJO_KR7cysGCnpxQ';

function failure(tables: Record<NoticeTable, TableRead>, table: NoticeTable): string {
  const read = tables[table];
  return read.kind === 'failed' ? read.reason : read.kind;
}

describe('the bot’s tables', () => {
  it('are read with ids kept whole, whatever they are', async () => {
    const follows = [
      { guild_id: 18446744073709551615n, discord_channel_id: 1234567890123456789n, notice_twitch_user_id: '141981764' },
      { guild_id: 9223372036854775808n, discord_channel_id: 9007199254740993n, notice_twitch_user_id: '7' },
    ];
    await addRows(server, 'notice_twitch_stream_channels', follows);
    const read = await readNotices(url);
    expect(read.fault).toBeNull();
    expect(read.follows).toEqual(
      expect.arrayContaining([
        {
          target: { platform: 'twitch', identifier: '141981764' },
          guildId: '18446744073709551615',
          channelId: '1234567890123456789',
        },
        {
          target: { platform: 'twitch', identifier: '7' },
          guildId: '9223372036854775808',
          channelId: '9007199254740993',
        },
      ]),
    );
    expect(read.follows).toHaveLength(2);
  });

  it('are read with upper case told from lower, spaces cut, duplicates once, and every category', async () => {
    const row = { guild_id: 1, discord_notice_stream_channel_id: 2, discord_notice_video_channel_id: 3 };
    const keys = [UC, UC, OTHER_UC, ` ${UC}\n`, 'holo', '2434', 'Other', 'all'];
    await addRows(
      server,
      'notice_youtube_stream_channel',
      keys.map((key) => ({ ...row, you_tube_channel_id: key })),
    );
    const read = await readNotices(url);
    const identifiers = new Set(read.follows.map(({ target }) => ('identifier' in target ? target.identifier : '')));
    expect(identifiers).toEqual(new Set([UC, OTHER_UC, 'holo', '2434', 'other', 'all']));
    expect(new Set(read.follows.map(({ channelId }) => channelId))).toEqual(new Set(['2']));
  });

  it('refuse one row at a time, with a reason', async () => {
    const row = { guild_id: 1, discord_channel_id: 2, notice_twitch_user_id: '7' };
    await addRows(server, 'notice_twitch_stream_channels', [
      row,
      { ...row, notice_twitch_user_id: null },
      { ...row, notice_twitch_user_id: '   ' },
      { ...row, notice_twitch_user_id: '😀'.repeat(50_000) },
      { ...row, notice_twitch_user_id: "'; DROP TABLE twitch_spider; --" },
      { ...row, notice_twitch_user_id: 'a\0b' },
      { ...row, guild_id: 0 },
      { ...row, discord_channel_id: 0, notice_twitch_user_id: '8' },
    ]);
    const { tables, follows } = await readNotices(url);
    expect(follows.map(({ target }) => target)).toEqual([{ platform: 'twitch', identifier: '7' }]);
    const read = tables.notice_twitch_stream_channels;
    expect(read).toMatchObject({ kind: 'read', rows: 1 });
    const reasons = read.kind === 'read' ? read.refused.map(({ reason }) => reason) : [];
    expect(reasons).toHaveLength(6); // NULL and spaces are the same nothing
    expect(reasons).toContain('key: expected a channel of twitch, got nothing');
    expect(reasons).toContain('guild: expected a Discord id, got "0"');
    expect(reasons.every((reason) => reason.length < 300)).toBe(true);
  });

  it('may name people: by id, by X screen name beside an id, by login, and by numeric TwitCasting id', async () => {
    const place = { guild_id: 1, discord_channel_id: 2 };
    await addRows(server, 'notice_twitter_space_channel', [
      { ...place, notice_twitter_space_user_id: '44196397', notice_twitter_space_user_screen_name: 'someone' },
      { ...place, notice_twitter_space_user_id: null, notice_twitter_space_user_screen_name: 'Else' },
    ]);
    await addRows(server, 'notice_twitch_stream_channels', [{ ...place, notice_twitch_user_id: 'Some_Login' }]);
    await addRows(server, 'notice_twitcasting_stream_channels', [
      { ...place, screen_id: 'c:Caster' },
      { ...place, screen_id: '182224938' },
    ]);
    await addRows(server, 'twitcasting_spider', [
      { screen_id: 'twitcasting_jp', channel_id: '182224938', is_record: 1 },
    ]);
    await addRows(server, 'twitch_spider', [{ user_id: '99', user_login: 'some_login', is_record: 0 }]);
    const { follows, learned, marked } = await readNotices(url);
    expect(follows.map(({ target }) => target)).toEqual(
      expect.arrayContaining([
        { platform: 'twitter', identifier: '44196397' },
        { platform: 'twitter', kind: 'screen_name', name: 'else' },
        { platform: 'twitch', kind: 'login', name: 'some_login' },
        { platform: 'twitcasting', identifier: 'c:caster' },
        { platform: 'twitcasting', kind: 'user', name: '182224938' },
      ]),
    );
    expect(learned).toEqual([
      { name: { platform: 'twitch', kind: 'login', name: 'some_login' }, identifier: '99' },
      { name: { platform: 'twitcasting', kind: 'user', name: '182224938' }, identifier: 'twitcasting_jp' },
    ]);
    expect(marked).toEqual([{ platform: 'twitcasting', identifier: 'twitcasting_jp' }]);
  });

  it('say who owns, whom the bot trusts, and what is recorded', async () => {
    await addRows(server, 'youtube_channel_owned_type', [
      { channel_id: UC, channel_type: 1 },
      { channel_id: OTHER_UC, channel_type: 7 },
    ]);
    await addRows(server, 'youtube_channel_spider', [
      { channel_id: OTHER_UC, is_trusted_channel: 1 },
      { channel_id: UC, is_trusted_channel: 0 },
    ]);
    await addRows(server, 'record_youtube_channel', [{ youtube_channel_id: UC }, { youtube_channel_id: 'holo' }]);
    const { owned, trusted, marked, tables } = await readNotices(url);
    expect(owned).toEqual([{ identifier: UC, category: '2434' }]);
    expect(trusted).toEqual([OTHER_UC]);
    expect(marked).toEqual([{ platform: 'youtube', identifier: UC }]);
    expect(tables.youtube_channel_owned_type).toMatchObject({
      refused: [expect.objectContaining({ reason: expect.stringContaining('got "7"') })],
    });
  });

  it('may have the old column, lack the tables of X, and lack or rename what we need, each by itself', async () => {
    await addRows(server, 'notice_twitch_stream_channels', [
      { guild_id: 1, discord_channel_id: 2, notice_twitch_user_id: '7' },
    ]);
    await server.execute(
      `ALTER TABLE ${BOT_DATABASE}.notice_twitcasting_stream_channels CHANGE screen_id channel_id longtext`,
      `DROP TABLE ${BOT_DATABASE}.notice_twitter_space_channel`,
      `ALTER TABLE ${BOT_DATABASE}.youtube_channel_spider CHANGE is_trusted_channel is_trusted tinyint(1)`,
    );
    await addRows(server, 'notice_twitcasting_stream_channels', [
      { guild_id: 1, discord_channel_id: 2, channel_id: 'twitcasting_jp' },
    ]);
    const { follows, tables } = await readNotices(url);
    expect(follows.map(({ target }) => target)).toEqual([
      { platform: 'twitch', identifier: '7' },
      { platform: 'twitcasting', identifier: 'twitcasting_jp' },
    ]);
    expect(tables.notice_twitter_space_channel).toEqual({ kind: 'missing' });
    expect(failure(tables, 'youtube_channel_spider')).toBe('it has no column is_trusted_channel');
  });

  it('are read in pages that lose and repeat nothing', async () => {
    const rows = Array.from({ length: 25_001 }, (_, i) => ({
      guild_id: 18446744073709551615n - BigInt(i % 100),
      discord_channel_id: 5n,
      notice_twitch_user_id: String(i + 1),
    }));
    await addRows(server, 'notice_twitch_stream_channels', rows);

    const { follows } = await readNotices(url);
    expect(follows).toHaveLength(rows.length);
    expect(new Set(follows.map(({ target }) => JSON.stringify(target))).size).toBe(rows.length);
  });
});

describe('the account', () => {
  it('needs no more than SELECT, and cannot write even when it is allowed to', async () => {
    const write = (address: string) =>
      withNoticeDatabase(address, (database) => database.$executeRaw`INSERT INTO twitch_spider (user_id) VALUES ('1')`);
    await expect(write(url)).rejects.toThrow(/command denied/);
    await expect(write(server.url(BOT_DATABASE))).rejects.toThrow(/READ ONLY transaction/);
    expect(await server.query(`SELECT * FROM ${BOT_DATABASE}.twitch_spider`)).toEqual([]);
  });

  it('is told apart from the address, with what to do and without the password', async () => {
    expect(await reachNotices(url)).toBeNull();
    const wrong = url.replace('only-reading', 'open-sesame');
    expect(await reachNotices(wrong)).toMatchObject({
      kind: 'settings',
      message: expect.stringContaining('refuses the account "tallylight"'),
    });
    expect(await reachNotices(url.replace(BOT_DATABASE, 'nowhere'))).toMatchObject({
      kind: 'settings',
      message: expect.stringContaining('GRANT SELECT ON nowhere.*'),
    });
    expect(await reachNotices(url.replace(`/${BOT_DATABASE}`, ''))).toMatchObject({ kind: 'settings' });
    expect(await reachNotices(`${url}?ssl-mode=REQUIRED`)).toMatchObject({ kind: 'settings' });
    expect(await reachNotices(url.replace(`:${server.port}`, ':1'))).toMatchObject({
      kind: 'away',
      message: expect.stringContaining('127.0.0.1:1 cannot be reached, nothing listens there'),
    });
  });

  it('leaves no connection behind', async () => {
    await readNotices(url);
    await eventually(async () => {
      const left = await server.query<{ User: string }>('SHOW PROCESSLIST');
      expect(left.filter(({ User }) => User === 'tallylight')).toEqual([]);
    });
  });
});

describe('a server that dies in the middle of a read', () => {
  it('fails what was not read yet, and only that, and is read again when it is back', async () => {
    const row = { guild_id: 1, discord_channel_id: 2, notice_twitch_user_id: '7' };
    await addRows(server, 'notice_twitch_stream_channels', [row]);
    await addRows(server, 'notice_twitcasting_stream_channels', [
      { guild_id: 1, discord_channel_id: 2, screen_id: 'x' },
    ]);
    // Somebody holds the table, so that the read is in the middle of it.
    await server.hold(`LOCK TABLES ${BOT_DATABASE}.notice_twitcasting_stream_channels WRITE`);
    const reading = readNotices(url);
    await eventually(async () => {
      const waiting = await server.query<{ State: string; User: string }>('SHOW FULL PROCESSLIST');
      expect(waiting.some(({ User, State }) => User === 'tallylight' && /lock/i.test(State ?? ''))).toBe(true);
    });
    await server.kill();
    const { follows, tables, fault } = await reading;
    expect(fault).toMatchObject({ kind: 'away' });
    expect(follows.map(({ target }) => target)).toEqual([{ platform: 'twitch', identifier: '7' }]);
    expect(tables.notice_twitch_stream_channels.kind).toBe('read');
    expect(failure(tables, 'notice_twitcasting_stream_channels')).toContain('cannot be reached');
    expect(failure(tables, 'youtube_channel_owned_type')).toContain('cannot be reached');
    await server.restart();
    expect((await readNotices(url)).follows).toHaveLength(2);
  });
});
