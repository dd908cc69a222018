import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StreamKey } from '../../src/shared/domain/stream-key.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { openDatabase, type Database } from '../../src/shared/runtime/database.ts';
import { eventually } from '../support/eventually.ts';
import { startMariadb, type TestMariadb } from '../support/mariadb.ts';
import { addRows, BOT_DATABASE, makeNoticeTables, noticeUrl, READER } from '../support/notice-tables.ts';
import { type Environment, spawnTallylight, type Tallylight } from '../support/processes.ts';

let server: TestMariadb;
let cluster: Cluster;
let database: Database;
let tally: Tallylight;
let bot: Environment;

beforeAll(async () => {
  [server, cluster] = await Promise.all([startMariadb(), startCluster()]);
  await makeNoticeTables(server);
  database = openDatabase(cluster.database.url, 2);
  bot = { NOTICE_DATABASE_URL: noticeUrl(server), STATE_SYNC_INTERVAL: '2s' };
});

afterAll(async () => {
  await database?.$disconnect();
  await cluster?.stop();
  await server?.stop();
});

const PLACE = { guild_id: 18446744073709551615n, discord_channel_id: 1234567890123456789n };

function streamer(): StreamKey {
  return { platform: 'twitch', identifier: cluster.sim.world.addStreamer({ platform: 'twitch' }).identifier };
}

/** Says when it is heard that the key went live. */
async function isHeard(key: StreamKey): Promise<void> {
  const { id } = cluster.sim.world.goLive(key.platform, key.identifier);
  await eventually(() => expect(cluster.heardOf(key)).toEqual([`online ${id}`]));
}

async function command(args: readonly string[], env: Environment = bot) {
  const servers = {
    DATABASE_URL: cluster.database.as.tallylight,
    REDIS_URL: cluster.redis.as.tallylight,
    NO_COLOR: '1',
  };
  const process = spawnTallylight(args, { ...servers, ...env });
  return { code: await process.exited, stdout: process.stdout(), stderr: process.stderr() };
}

const followed = async (): Promise<string[]> =>
  (await database.follow.findMany({ orderBy: { identifier: 'asc' } })).map((row) => `${row.identifier} ${row.source}`);

const told = (process: Tallylight, sentence: string): number => process.stdout().split(sentence).length - 1;

describe('a bot whose database', () => {
  it('is away: every role runs, is ready, and follows; a warning says so once', async () => {
    await server.kill();
    tally = await cluster.run('all', bot);
    const [, address] = await tally.waitFor(/"address":"(http:[^"]+)"/);
    await tally.waitFor(/the bot's database is away/);
    const key = streamer();
    await cluster.follow(key);
    await isHeard(key);
    await eventually(async () => expect((await fetch(`${address}/readyz`)).status).toBe(200));
    await eventually(async () => {
      const { stdout } = await command(['status']);
      expect(stdout).toMatch(/10 of the bot's tables are not believed: .* cannot be reached, nothing listens there/);
    });
    await eventually(async () => {
      const metrics = await (await fetch(`${address}/metrics`)).text();
      expect(metrics).toContain('tallylight_notice_doubt{table="twitch_spider"} 1');
    });
    expect(told(tally, "the bot's database is away")).toBe(1);
    expect(tally.stdout()).not.toContain(READER.password);
  });

  it('comes back: it is imported by itself, and its streams are heard', async () => {
    await server.restart();
    const keys = [streamer(), streamer(), streamer()];
    await addRows(
      server,
      'notice_twitch_stream_channels',
      keys.map(({ identifier }) => ({ ...PLACE, notice_twitch_user_id: identifier })),
    );
    await eventually(async () => {
      for (const { identifier } of keys) expect(await followed()).toContain(`${identifier} notice`);
    });
    await tally.waitFor(/the bot's database is back/);
    await isHeard(keys[0] as StreamKey);

    await server.execute(
      `DELETE FROM ${BOT_DATABASE}.notice_twitch_stream_channels WHERE notice_twitch_user_id = '${keys[1]?.identifier}'`,
    );
    await eventually(async () => expect(await followed()).not.toContain(`${keys[1]?.identifier} notice`));
    await server.execute(`DELETE FROM ${BOT_DATABASE}.notice_twitch_stream_channels`);
    await tally.waitFor(/"doubt":"no usable row where there were 2"/);
    expect(await followed()).toHaveLength(3);
    expect(await tally.end()).toBe(0);
  });
});

describe('tallylight import', () => {
  it('tells what would change, with what is refused and not believed, and changes nothing', async () => {
    await addRows(server, 'notice_youtube_stream_channel', [
      ...Array.from({ length: 30 }, (_, i) => ({
        ...{ guild_id: i + 1, discord_notice_stream_channel_id: 5, discord_notice_video_channel_id: 5 },
        you_tube_channel_id: 'UC81tUN0Ljo_kr7CYSgcNPXQ',
      })),
      {
        ...{ guild_id: 31, discord_notice_stream_channel_id: 5, discord_notice_video_channel_id: 5 },
        you_tube_channel_id: '\u001b[31mred',
      },
    ]);
    const before = await followed();
    const { code, stdout } = await command(['import', '--dry-run']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^notice_youtube_stream_channel +30 +1 +30 +0 +ok$/m);
    expect(stdout).toMatch(/^notice_twitch_stream_channels +0 +0 +0 +0 +no usable row where there were 2$/m);
    expect(stdout).toContain('would be followed (30)');
    expect(stdout).toContain('youtube/UC81tUN0Ljo_kr7CYSgcNPXQ guild 1 channel 5');
    expect(stdout).toContain('… and 10 more');
    expect(stdout).toMatch(/notice_youtube_stream_channel guild 31: key: expected a channel id/);
    expect(stdout).toContain('30 to change; nothing was changed');
    expect(stdout).toContain('run: tallylight import --accept');
    expect(stdout).not.toContain('\u001b');
    expect(await followed()).toEqual(before);
    expect((await command(['reconcile', '--dry-run'])).stdout).toContain('that does: tallylight import --dry-run');
  });

  it('carries it out, as JSON for machines, and ends what an operator accepts', async () => {
    const first = JSON.parse((await command(['import', '--json'])).stdout);
    expect(first).toMatchObject({ dryRun: false, end: [], refused: [{ guildId: '31' }] });
    expect(first.follow).toHaveLength(30);
    const second = await command(['import', '--accept']);
    expect(second.stdout).toContain('ended (2)');
    expect(second.stdout).toContain('2 changed');
    expect((await followed()).filter((line) => line.endsWith('notice'))).toHaveLength(30);
    expect((await command(['import'])).stdout).toContain("everything agrees with the bot's tables");
    expect((await command(['status'])).stdout).toContain("1 row of the bot's tables cannot be used");
  });

  it('says what is wrong with the address, without the password', async () => {
    const none = await command(['import'], {});
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('NOTICE_DATABASE_URL is not set') });
    const away = await command(['import'], { NOTICE_DATABASE_URL: noticeUrl(server).replace(`:${server.port}`, ':1') });
    expect(away).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/bot's database at 127.0.0.1:1 cannot be reached/),
    });
    const refused = await command(['import'], {
      NOTICE_DATABASE_URL: noticeUrl(server).replace(READER.password, 'open-sesame'),
    });
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('refuses the account') });
    for (const { stderr } of [none, away, refused]) expect(stderr).not.toMatch(/open-sesame|only-reading/);
  });
});

/** The first reconcile of a process is over, which imports as well, and the next one is a minute off at least. */
async function noImportIsNear(): Promise<void> {
  const redis = new Redis(cluster.redis.url);
  const queue = new Queue('upkeep', { connection: redis, prefix: 'tallylight:{upkeep}' });
  await eventually(async () => {
    const reconciles = (await queue.getJobs(['active', 'waiting', 'prioritized', 'delayed'])).filter(
      (job) => job.name === 'reconcile',
    );
    expect(reconciles.map(({ timestamp, delay }) => timestamp + delay > Date.now() + 60_000)).toEqual([true]);
  });
  await queue.close();
  redis.disconnect();
}

describe('a category that is followed by an event', () => {
  it('is looked up at once: its channels are pinned long before the next periodic import', async () => {
    const { identifier } = cluster.sim.world.addStreamer({ platform: 'youtube' });
    await addRows(server, 'youtube_channel_owned_type', [{ channel_id: identifier, channel_type: 0 }]);
    tally = await cluster.run('all', { ...bot, STATE_SYNC_INTERVAL: '24h' });
    const pins = () => database.pin.findMany({ where: { identifier, reason: 'category' } });
    const table = 'youtube_channel_owned_type';
    await eventually(async () =>
      expect(await database.noticeRead.findMany({ where: { tableName: table, rows: { gt: 0 } } })).toHaveLength(1),
    );
    await noImportIsNear();
    expect(await pins()).toEqual([]);
    await cluster.follow({ platform: 'youtube', identifier: 'holo' });
    await eventually(async () => expect(await pins()).toHaveLength(1));
  });
});
