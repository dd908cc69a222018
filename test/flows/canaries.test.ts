import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { VARIABLES, type Variable } from '../../src/shared/config/variables.ts';
import { canary, commandLines, foundIn } from '../support/canaries.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { type EchoPlatforms, startEchoPlatforms } from '../support/echo-platforms.ts';
import { eventually } from '../support/eventually.ts';
import { everyRowOf, everythingIn } from '../support/everything-kept.ts';
import { freePort } from '../support/free-port.ts';
import { startMariadb, type TestMariadb } from '../support/mariadb.ts';
import { BOT_DATABASE, makeNoticeTables } from '../support/notice-tables.ts';
import { type Environment, spawnTallylight, type Tallylight } from '../support/processes.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { onDatabase } from '../support/database-account.ts';

const ACCOUNT = 'canary_account';
const SECRETS = {
  postgres: canary('postgres'),
  redis: canary('redis'),
  mariadb: canary('mariadb'),
  board: canary('board'),
  reader: canary('reader'),
  youtube: canary('youtube'),
  twitch: canary('twitch'),
  token: canary('token'),
  twitter: canary('twitter'),
  consumer: canary('consumer'),
  twitcasting: canary('twitcasting'),
  signature: canary('signature'),
};

let redis: TestRedis;
let database: TestDatabase;
let mariadb: TestMariadb;
let platforms: EchoPlatforms;
let admin: Redis;
let ear: Redis;
let env: Environment;
let everything: Tallylight;
/** What was published by anybody. */
const published: string[] = [];
/** What commands have written. */
const written: string[] = [];

beforeAll(async () => {
  [redis, database, platforms] = await Promise.all([startRedis(), createDatabase(), startEchoPlatforms(SECRETS.token)]);
  mariadb = await startMariadb();
  await makeNoticeTables(mariadb);
  await mariadb.execute("CREATE USER 'bot'@'127.0.0.1' IDENTIFIED BY 'another'");
  admin = new Redis(redis.url);
  ear = admin.duplicate();
  ear.on('pmessage', (_pattern, channel, message) => published.push(`${channel} ${message}`));
  await ear.psubscribe('streams.*', 'tallylight:*');
  await admin.call('ACL', 'SETUSER', 'tallylight', `>${SECRETS.redis}`);
  await onDatabase(database.url, `CREATE ROLE ${ACCOUNT} LOGIN PASSWORD '${SECRETS.postgres}' IN ROLE tallylight`);
  const board = await freePort();
  env = {
    DATABASE_URL: withAccount(database.url, ACCOUNT, SECRETS.postgres),
    REDIS_URL: withAccount(redis.url, 'tallylight', SECRETS.redis),
    NOTICE_DATABASE_URL: withAccount(`mysql://127.0.0.1:${mariadb.port}/${BOT_DATABASE}`, 'bot', SECRETS.mariadb),
    ...{ BOARD_PASSWORD: SECRETS.board, BOARD_READ_PASSWORD: SECRETS.reader, HTTP_PORT: String(board) },
    ...{ YOUTUBE_API_KEY: SECRETS.youtube, TWITCH_CLIENT_ID: 'twitch-id', TWITCH_CLIENT_SECRET: SECRETS.twitch },
    ...{ TWITTER_BEARER_TOKEN: SECRETS.twitter, TWITTER_CONSUMER_SECRET: SECRETS.consumer, TWITTER_PUSH: 'on' },
    ...{ TWITCASTING_CLIENT_ID: 'cast-id', TWITCASTING_CLIENT_SECRET: SECRETS.twitcasting },
    ...{ TWITCASTING_WEBHOOK_SIGNATURE: SECRETS.signature, PUBLIC_URL: 'http://127.0.0.1:9/hooks' },
    ...{ YOUTUBE_API_URL: `${platforms.url}/youtube`, YOUTUBE_FEED_URL: `${platforms.url}/feed` },
    ...{ YOUTUBE_HUB_URL: `${platforms.url}/hub`, TWITCH_API_URL: `${platforms.url}/twitch` },
    ...{ TWITCH_AUTH_URL: `${platforms.url}/auth`, TWITTER_API_URL: `${platforms.url}/twitter` },
    ...{ TWITCASTING_API_URL: `${platforms.url}/twitcasting`, LOG_LEVEL: 'trace' },
  };
  everything = spawnTallylight(['run', 'all'], env);
  await everything.waitFor(/"msg":"ready"/);
});

afterAll(async () => {
  await everything?.end('SIGKILL');
  for (const connection of [admin, ear]) connection?.disconnect();
  await database?.drop();
  await onDatabase(database.url.replace(/\/test_\w+/, '/postgres'), `DROP ROLE IF EXISTS ${ACCOUNT}`);
  await Promise.all([redis?.stop(), platforms?.stop(), mariadb?.stop()]);
});

function withAccount(url: string, username: string, password: string): string {
  return Object.assign(new URL(url), { username, password: encodeURIComponent(password) }).href;
}

/** Runs a command to its end and keeps what it wrote. */
async function command(args: readonly string[], over: Environment = {}): Promise<string> {
  const process = spawnTallylight(args, { ...env, ...over });
  await process.exited;
  const said = `${process.stdout()}${process.stderr()}`;
  written.push(`$ tallylight ${args.join(' ')}\n${said}`);
  return said;
}

async function page(path: string, password?: string): Promise<string> {
  const authorization = `Basic ${Buffer.from(`operator:${password}`).toString('base64')}`;
  const response = await fetch(
    `http://127.0.0.1:${env.HTTP_PORT}${path}`,
    password ? { headers: { authorization } } : {},
  );
  const text = `${path} ${response.status} ${JSON.stringify([...response.headers])}\n${await response.text()}`;
  written.push(text);
  return text;
}

it('every secret is used', () => {
  const secret = Object.entries(VARIABLES).filter(([, variable]) => (variable as Variable).secret);
  expect(secret.map(([name]) => name).filter((name) => !(name in env))).toEqual([]);
});

it('platforms that refuse everything and repeat what they were told', async () => {
  const keys = [
    ...['youtube UC81tUN0Ljo_kr7CYSgcNPXQ', 'youtube https://www.youtube.com/@someone', 'twitch 141981764'],
    ...['twitch twitch_user:someone', 'twitter 12345', 'twitter twitter_user:someone', 'twitcasting someone'],
  ].map((line) => line.split(' '));
  for (const [platform, stream_key] of keys) {
    await admin.publish('stream.follow', JSON.stringify({ platform, stream_key, guild_id: '1', channel_id: '2' }));
  }
  await admin.publish('stream.follow', 'nonsense');
  await eventually(() => {
    expect(platforms.askedOf('youtube')).toContain(encodeURIComponent(SECRETS.youtube));
    expect(platforms.askedOf('auth')).toContain(new URLSearchParams({ s: SECRETS.twitch }).toString().slice(2));
    expect(platforms.askedOf('twitch')).toContain(JSON.stringify(SECRETS.token).slice(1, -1));
    expect(platforms.askedOf('twitter')).toContain(JSON.stringify(SECRETS.twitter).slice(1, -1));
    expect(platforms.askedOf('twitcasting')).toContain(
      Buffer.from(`cast-id:${SECRETS.twitcasting}`).toString('base64'),
    );
  });
  await eventually(async () => expect(await everyRowOf(database.url)).toMatch(/pending_follow .*"last_error": "/));
  await eventually(async () => expect(await everyRowOf(database.url)).toMatch(/push_subscription .*"error": "/));
  await eventually(async () => expect(await everyRowOf(database.url)).toMatch(/reject .*expected JSON/));
});

it('servers that refuse us, or go away', async () => {
  await database.away(true);
  await page('/', SECRETS.board);
  await page('/statistics', SECRETS.board);
  await database.away(false);
  await admin.call('ACL', 'SETUSER', 'tallylight', 'resetpass', '>another');
  await admin.call('CLIENT', 'KILL', 'USER', 'tallylight');
  await everything.waitFor(/WRONGPASS/);
  await admin.call('ACL', 'SETUSER', 'tallylight', `>${SECRETS.redis}`);
  await eventually(async () => expect(await page('/readyz')).toMatch(/^\/readyz 200/));

  const away = `127.0.0.1:${await freePort()}`;
  const elsewhere = (url = ''): string => Object.assign(new URL(url), { host: away }).href;
  const wrong = { redis: canary('wrong-redis'), postgres: canary('wrong-postgres') };
  Object.assign(SECRETS, { wrongRedis: wrong.redis, wrongPostgres: wrong.postgres });
  expect(await command(['status'], { REDIS_URL: withAccount(redis.url, 'tallylight', wrong.redis) })).toMatch(
    /refuses/,
  );
  expect(await command(['status'], { DATABASE_URL: withAccount(database.url, ACCOUNT, wrong.postgres) })).toMatch(
    /refuses/,
  );
  expect(await command(['import'], { NOTICE_DATABASE_URL: elsewhere(env.NOTICE_DATABASE_URL) })).toMatch(
    /nothing listens there/,
  );
  await command(['status'], { REDIS_URL: elsewhere(env.REDIS_URL), DATABASE_URL: elsewhere(env.DATABASE_URL) });
});

it('a database of the bot that refuses our password', async () => {
  const refused = /refuses the account \\*"bot\\*"/;
  await everything.waitFor(refused);
  expect(await command(['import'])).toMatch(refused);
  await eventually(async () => expect(await everyRowOf(database.url)).toMatch(/notice_read .*"doubt": "/));
  expect(await command(['doctor'])).toMatch(refused);
});

it.each(['exception', 'rejection'])(
  'a process that ends by an %s that nobody caught, and that says all it knows',
  async (how) => {
    const preload = pathToFileURL(path.resolve(import.meta.dirname, '..', 'support', 'fail-at-signal.mjs')).href;
    const doomed = spawnTallylight(['run', 'all'], {
      ...{ ...env, HTTP_PORT: '0', FAIL_BY: how },
      NODE_OPTIONS: `--import ${preload}`,
    });
    await doomed.waitFor(/"msg":"ready"/);
    expect(await doomed.end('SIGUSR2')).toBe(1);
    expect(doomed.stderr()).toMatch(new RegExp(`tallylight: ${how} .*NOTICE_DATABASE_URL=\\[hidden\\] `));
    written.push(doomed.stdout(), doomed.stderr());
  },
);

it('settings that are wrong, and secrets where none belong', async () => {
  const misplaced = canary('misplaced');
  Object.assign(SECRETS, { misplaced });
  const bad = Object.fromEntries(Object.keys(VARIABLES).map((name) => [name, `x://me:${misplaced}@x`]));
  const said = await command(['config'], bad);
  expect(said.split('\n').length).toBeGreaterThan(20);
  expect(await command(['config'], { TWITCH_API_URL: `http://me:${encodeURIComponent(misplaced)}@x` })).toMatch(
    /TWITCH_API_URL: .*no user or password/,
  );
  await command(['settings', 'get', 'YOUTUBE_API_KEY']);
});

it('leave no trace of any secret in what is logged, written, shown, kept or published', async () => {
  for (const args of [['doctor'], ['config', '--json'], ['settings'], ['status'], ['list'], ['rejects']])
    await command(args);
  await command(['rejects', 'names', '--json']);
  for (const path of ['/', '/statistics', '/metrics', '/livez', '/readyz', '/board', '/nowhere', '/webhooks/twitch']) {
    await page(path, SECRETS.board);
    await page(path);
  }
  for (const platform of ['youtube', 'twitch', 'twitter', 'twitcasting']) {
    await page(`/board/api/queues?activeQueue=poll-${platform}&status=latest&page=1`, SECRETS.board);
  }
  const kept = { redis: await everythingIn(redis.url), tables: await everyRowOf(database.url) };
  const lines = await commandLines();
  expect([kept.redis, kept.tables, lines].map((text) => text.length > 1_000)).toEqual([true, true, true]);
  const seen = { ...kept, lines, written: written.join('\n'), published: published.join('\n') };
  const log = `${everything.stdout()}${everything.stderr()}`;
  for (const [where, text] of Object.entries({ ...seen, log })) {
    expect(foundIn(text, SECRETS), `in ${where}`).toEqual([]);
  }
});
