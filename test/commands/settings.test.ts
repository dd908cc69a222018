import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LIVE_NAMES } from '../../src/shared/config/variables.ts';
import { type Database, openDatabase } from '../../src/shared/runtime/database.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { type Environment, spawnTallylight } from '../support/processes.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let server: TestDatabase;
let redis: TestRedis;
let database: Database;

beforeAll(async () => {
  [server, redis] = await Promise.all([createDatabase(), startRedis()]);
  database = openDatabase(server.url, 1);
});

beforeEach(async () => {
  await database.$executeRaw`TRUNCATE setting`;
});

afterAll(async () => {
  await database?.$disconnect();
  await Promise.all([server?.drop(), redis?.stop()]);
});

async function run(args: readonly string[], env: Environment = {}) {
  const urls = { DATABASE_URL: server.as.tallylight, REDIS_URL: redis.as.tallylight };
  const program = spawnTallylight(args, { ...urls, NO_COLOR: '1', ...env });
  const code = await program.exited;
  return { code, stdout: program.stdout(), stderr: program.stderr() };
}

const rows = async () =>
  (await database.setting.findMany({ orderBy: { name: 'asc' } })).map(({ name, value }) => `${name}=${value}`);

describe('settings', () => {
  it('sets, shows and unsets, and says what would hold otherwise', async () => {
    const env = { POLL_INTERVAL_TWITCH: '30s' };
    const set = await run(['settings', 'set', 'POLL_INTERVAL_TWITCH', ' 5s '], env);
    expect(set).toMatchObject({ code: 0, stderr: '' });
    expect(set.stdout).toContain('POLL_INTERVAL_TWITCH is 5s from now on');
    expect(set.stdout).toContain('30s (environment');
    expect(await rows()).toEqual(['POLL_INTERVAL_TWITCH=5s']);

    const { stdout: shown } = await run(['settings'], env);
    expect(shown).toMatch(/^POLL_INTERVAL_TWITCH +5s +settings +\d{4}-.* 30s \(environment\) +how often/m);
    expect(shown).toMatch(/^POLL_INTERVAL_YOUTUBE +120s +default +– +– +how often/m);

    const { code, stdout } = await run(['settings', 'unset', 'POLL_INTERVAL_TWITCH'], env);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('returns to 30s (environment') });
    expect(await rows()).toEqual([]);
  });

  it('shows exactly those that can be changed, as JSON too', async () => {
    await database.setting.create({ data: { name: 'PUBLISH_RATE', value: '7' } });
    const all = JSON.parse((await run(['settings', 'get', '--json'])).stdout) as { name: string }[];
    expect(all.map(({ name }) => name)).toEqual(LIVE_NAMES);
    const rate = { value: '7', from: 'settings', otherwise: { value: '20', from: 'default' } };
    expect(all.find(({ name }) => name === 'PUBLISH_RATE')).toMatchObject(rate);
    const set = JSON.parse((await run(['settings', 'set', 'LOG_LEVEL', 'warn', '--json'])).stdout);
    expect(set).toMatchObject({ name: 'LOG_LEVEL', value: 'warn', from: 'settings' });
    const unset = JSON.parse((await run(['settings', 'unset', 'BATCH_INTERVAL', '--json'])).stdout);
    expect(unset).toMatchObject({ name: 'BATCH_INTERVAL', value: '30s', from: 'default' });
  });

  it.each([
    [['POLL_INTERVAL_TWITCH', '5'], /^tallylight: setting POLL_INTERVAL_TWITCH: expected a duration .*, got "5"$/m],
    [['LANE_ONLINE', 'fast'], /^tallylight: setting LANE_ONLINE: expected urgent or normal, .*, got "fast"$/m],
    [['BATCH_MAX_STREAMS', ''], /^tallylight: setting BATCH_MAX_STREAMS: expected a whole number .*, got ""$/m],
    [
      ['REDIS_URL', 'redis://:hunter22@x'],
      /REDIS_URL: cannot be changed while the cluster runs, .* start them again$/m,
    ],
    [['YOUTUBE_API_KEY', 'hunter22'], /YOUTUBE_API_KEY: cannot be changed while the cluster runs/],
    [['HTTP_PORT', '7000'], /HTTP_PORT: cannot be changed while the cluster runs/],
    [['POLL_INTERVAL', '5s'], /POLL_INTERVAL: there is no such setting; "tallylight settings get" shows/],
  ])('refuses %j before anything is opened, with exit code 2', async (args, message) => {
    const nowhere = { DATABASE_URL: 'postgres://127.0.0.1:1/x', REDIS_URL: 'redis://127.0.0.1:1' };
    const { code, stderr, stdout } = await run(['settings', 'set', ...args], nowhere);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('hunter22');
  });

  it('refuses to show or unset what is none', async () => {
    expect(await run(['settings', 'get', 'REDIS_URL'])).toMatchObject({ code: 2, stdout: '' });
    expect(await run(['settings', 'unset', 'POLL_INTERVAL'])).toMatchObject({ code: 2, stdout: '' });
    expect((await run(['settings', 'set', 'LOG_LEVEL'])).code).toBe(2);
  });
});

describe('a row that somebody wrote by hand', () => {
  beforeEach(async () => {
    await database.setting.createMany({
      data: [
        { name: 'BATCH_INTERVAL', value: 'soon\u001b[31m' },
        { name: 'YOUTUBE_API_KEY', value: 'hunter22' },
        { name: 'NO_SUCH_SETTING', value: '1' },
        { name: 'PUBLISH_RATE', value: '7' },
      ],
    });
  });

  it('is ignored and shown, and hinders nothing', async () => {
    const shown = [await run(['config']), await run(['settings']), await run(['settings', 'get', 'BATCH_INTERVAL'])];
    for (const { code, stdout } of shown) {
      expect(code).toBe(0);
      expect(stdout).toMatch(/^BATCH_INTERVAL +30s +default/m);
      expect(stdout).toMatch(/^ignored in the table of settings: BATCH_INTERVAL: expected a duration/m);
      expect(stdout).not.toContain('hunter22');
      expect(stdout).not.toContain('\u001b');
    }
    for (const { stdout } of shown.slice(0, 2)) {
      expect(stdout).toMatch(/^ignored in the table of settings: NO_SUCH_SETTING: there is no such setting/m);
      expect(stdout).toMatch(/^PUBLISH_RATE +7 +settings/m);
    }
  });

  it('can be removed, whatever its name is', async () => {
    for (const name of ['BATCH_INTERVAL', 'NO_SUCH_SETTING']) {
      expect(await run(['settings', 'unset', name])).toMatchObject({ code: 0 });
    }
    expect(await rows()).toEqual(['PUBLISH_RATE=7', 'YOUTUBE_API_KEY=hunter22']);
  });
});

describe('config', () => {
  it('shows what was set, where it comes from, and what was set nowhere', async () => {
    await run(['settings', 'set', 'POLL_INTERVAL_TWITCH', '5s']);
    const { stdout } = await run(['config'], { POLL_INTERVAL_TWITCH: '30s', BATCH_INTERVAL: '10s' });
    expect(stdout).toMatch(/^POLL_INTERVAL_TWITCH +5s +settings /m);
    expect(stdout).toMatch(/^BATCH_INTERVAL +10s +environment /m);
    expect(stdout).toMatch(/^URGENT_INTERVAL +1s +default /m);
  });

  it('shows the rest when Postgres is away, and says so', async () => {
    const { code, stdout, stderr } = await run(['config'], { DATABASE_URL: 'postgres://u:hunter22@127.0.0.1:1/x' });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^URGENT_INTERVAL +1s +default /m);
    expect(stderr).toMatch(/what was changed with "tallylight settings" is not shown: Postgres at 127\.0\.0\.1:1 /);
    expect(stdout + stderr).not.toContain('hunter22');
  });

  it('makes nothing in a database that has no tables yet', async () => {
    const empty = await createDatabase({ empty: true });
    const { code, stderr } = await run(['config'], { DATABASE_URL: empty.url });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const look = openDatabase(empty.url, 1);
    expect(await look.$queryRaw`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`).toEqual([]);
    await look.$disconnect();
    await empty.drop();
  });
});

it('a command takes what was set: status counts by the interval in force', async () => {
  const connection = new Redis(redis.url);
  await connection.zadd('tallylight:{poll-twitch}:due', Date.now() - 90_000, '1');
  const overdue = async () => JSON.parse((await run(['status', '--json'])).stdout).Platforms.twitch.OverdueKeys;
  expect(await overdue()).toBe(1);
  await run(['settings', 'set', 'POLL_INTERVAL_TWITCH', '1h']);
  expect(await overdue()).toBe(0);
  connection.disconnect();
});
