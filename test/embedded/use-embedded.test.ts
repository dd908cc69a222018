import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileExists } from '../../src/embedded/file-exists.ts';
import { canReach } from '../../src/embedded/join-keeper.ts';
import { commandLines } from '../support/canaries.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { spawnNode, type Tallylight } from '../support/processes.ts';

const run = promisify(execFile);

interface User extends Tallylight {
  readonly databaseUrl: string;
  readonly redisUrl: string;
}

let parent: string;
let dir: string;
let users: Tallylight[] = [];

beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), 'tallylight embedded '));
  await chmod(parent, 0o711);
  dir = path.join(parent, '.tallylight');
  for (const server of ['postgres', 'redis']) await wishForPort(path.join(dir, server));
  await takeAlongRedis();
});

afterEach(async () => {
  await Promise.all(users.map((user) => user.end('SIGKILL')));
  users = [];
  // Everything ends by itself now; a guard that we killed could not end its server.
  await eventually(async () => expect(await processesOf(dir)).toEqual([]));
  await rm(parent, { recursive: true, force: true });
});

test('users share the servers, which end with the last of them even when it is killed', async () => {
  const [one, other] = await Promise.all([startUser(), startUser()]);
  expect(other.databaseUrl).toBe(one.databaseUrl);
  expect(other.redisUrl).toBe(one.redisUrl);
  const passwords = [one.databaseUrl, one.redisUrl].map((url) => new URL(url).password);
  expect(passwords.map((password) => password.length > 20)).toEqual([true, true]);
  const lines = await commandLines();
  expect(passwords.filter((password) => lines.includes(password))).toEqual([]);
  expect(await query(one, 'SHOW server_encoding')).toEqual([{ server_encoding: 'UTF8' }]);
  await one.end('SIGKILL');
  expect(await query(other, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await other.end('SIGKILL');
  await expectAllGone(other);
});

test('when the last user has released them, nothing runs any more', async () => {
  const user = await startUser();
  expect(await user.end('SIGTERM')).toBe(0);
  expect(await canReach(portOf(user.databaseUrl))).toBe(false);
  expect(await canReach(portOf(user.redisUrl))).toBe(false);
  await expectAllGone(user);
});

test('Redis wants its password, keeps what it holds on disk and drops no key', async () => {
  const user = await startUser();
  const stranger = new Redis({ port: portOf(user.redisUrl), host: '127.0.0.1', retryStrategy: () => null });
  stranger.on('error', () => undefined);
  await expect(stranger.ping()).rejects.toThrow(/NOAUTH/);
  stranger.disconnect();
  const settings = await withRedis(user, (redis) => redis.config('GET', 'maxmemory-policy', 'appendonly'));
  expect(settings).toEqual(expect.arrayContaining(['noeviction', 'yes']));
});

test('the next start finds the same data at the same addresses', async () => {
  const first = await startUser();
  await query(first, 'CREATE TABLE kept (n int)');
  await withRedis(first, (redis) => redis.set('kept', 'yes'));
  await first.end('SIGTERM');
  const second = await startUser();
  expect(second.databaseUrl).toBe(first.databaseUrl);
  expect(second.redisUrl).toBe(first.redisUrl);
  expect(await query(second, 'SELECT count(*)::int AS n FROM kept')).toEqual([{ n: 0 }]);
  expect(await withRedis(second, (redis) => redis.get('kept'))).toBe('yes');
});

test('when somebody has taken the ports meanwhile, others are found', async () => {
  const first = await startUser();
  await first.end('SIGTERM');
  const squatters = await Promise.all([first.databaseUrl, first.redisUrl].map((url) => listen(portOf(url))));
  const second = await startUser();
  expect(second.databaseUrl).not.toBe(first.databaseUrl);
  expect(second.redisUrl).not.toBe(first.redisUrl);
  expect(await query(second, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  for (const squatter of squatters) squatter.close();
});

test('killed servers come back at their addresses', async () => {
  const user = await startUser();
  kill(Number((await readFile(path.join(dir, 'postgres', 'data', 'postmaster.pid'), 'utf8')).split('\n')[0]));
  kill(await redisPid(user));
  await eventually(() => expect(user.stderr()).toMatch(/Postgres ended unexpectedly/));
  await eventually(() => expect(user.stderr()).toMatch(/Redis ended unexpectedly/));
  await eventually(async () => expect(await query(user, 'SELECT 1 AS one')).toEqual([{ one: 1 }]));
  await eventually(async () => expect(await withRedis(user, (redis) => redis.ping())).toBe('PONG'));
  await user.end('SIGTERM');
  await expectAllGone(user);
});

test('when the keeper is killed, its users start another and go on at the same addresses', async () => {
  const [one, other] = await Promise.all([startUser(), startUser()]);
  kill(await keeperPid());
  await eventually(() => expect(one.stderr()).toMatch(/starting another one/));
  await eventually(async () => expect(await query(one, 'SELECT 1 AS one')).toEqual([{ one: 1 }]));
  await eventually(async () => expect(await withRedis(other, (redis) => redis.ping())).toBe('PONG'));
  await Promise.all([one.end('SIGTERM'), other.end('SIGTERM')]);
  await expectAllGone(one);
});

test('when keeper and user are killed together, the servers end too', async () => {
  const user = await startUser();
  user.send('SIGKILL');
  kill(await keeperPid());
  await user.exited;
  await expectAllGone(user);
});

test('servers whose keeper and guards were all killed are ended by the next start, which keeps their data', async () => {
  const first = await startUser();
  await query(first, 'CREATE TABLE kept (n int)');
  const orphan = await redisPid(first);
  const guards = (await processesOf(dir)).filter(({ command }) => !/bin\/postgres -D/.test(command));
  first.send('SIGSTOP'); // it must not come to the rescue
  // Whoever of them saw another one die would still end its server.
  for (const { pid } of guards) kill(pid, 'SIGSTOP');
  for (const { pid } of guards) kill(pid);
  expect(await canReach(portOf(first.redisUrl))).toBe(true);
  first.send('SIGKILL');
  const second = await startUser();
  expect(await query(second, 'SELECT count(*)::int AS n FROM kept')).toEqual([{ n: 0 }]);
  expect(await redisPid(second)).not.toBe(orphan);
  await second.end('SIGTERM');
  await expectAllGone(second);
});

test('a keeper that left its address behind is told apart from a stranger on its port', async () => {
  const stranger = await listen(0); // accepts, and never says a word
  const address = stranger.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  await (await startUser()).end('SIGTERM');
  await writeFile(path.join(dir, 'keeper.json'), JSON.stringify({ port, token: 'x', pid: 1 }));
  await writeFile(path.join(dir, 'keeper.lock'), JSON.stringify({ pid: process.pid, startedAt: 'before' }));
  const user = await startUser();
  expect(await query(user, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  stranger.close();
});

/** Where Redis had to be fetched for the test run, it need not be fetched again for each test. */
async function takeAlongRedis(): Promise<void> {
  const fetched = path.resolve(import.meta.dirname, '..', '..', '.tallylight', 'redis-package');
  if (!(await fileExists(fetched))) return;
  await cp(fetched, path.join(dir, 'redis-package'), { recursive: true, verbatimSymlinks: true });
}

/** As if the server had been there before: nobody else is given this port while it is away. */
async function wishForPort(home: string): Promise<void> {
  await mkdir(home, { recursive: true, mode: 0o755 });
  await writeFile(path.join(home, 'port'), String(await freePort()));
}

async function startUser(): Promise<User> {
  const user = spawnNode(['test/embedded/user.mjs', dir]);
  users.push(user);
  const [, json = ''] = await user.waitFor(/^ready (.*)$/m);
  return { ...user, ...(JSON.parse(json) as { databaseUrl: string; redisUrl: string }) };
}

async function query(user: User, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: user.databaseUrl });
  client.on('error', () => undefined);
  await client.connect();
  return client
    .query(sql)
    .then(({ rows }) => rows)
    .finally(() => client.end());
}

async function withRedis<T>(user: User, use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(user.redisUrl, { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => undefined);
  await redis.connect();
  return use(redis).finally(() => redis.disconnect());
}

async function redisPid(user: User): Promise<number> {
  const info = await withRedis(user, (redis) => redis.info('server'));
  return Number(/process_id:(\d+)/.exec(info)?.[1]);
}

async function keeperPid(): Promise<number> {
  return (JSON.parse(await readFile(path.join(dir, 'keeper.json'), 'utf8')) as { pid: number }).pid;
}

async function expectAllGone(user: User): Promise<void> {
  await eventually(async () => {
    expect(await processesOf(dir)).toEqual([]);
    expect(await canReach(portOf(user.databaseUrl))).toBe(false);
    expect(await canReach(portOf(user.redisUrl))).toBe(false);
  });
}

/** Everything that names the directory in its command line, our own users apart. */
async function processesOf(directory: string): Promise<{ pid: number; command: string }[]> {
  const { stdout } = await run('ps', ['-ww', '-eo', 'pid=,args=']);
  const lines = stdout.split('\n').map((line) => /^\s*(\d+) (.*)$/.exec(line));
  return lines
    .map((line) => ({ pid: Number(line?.[1]), command: line?.[2] ?? '' }))
    .filter(({ command }) => command.includes(directory) && !command.includes('user.mjs'));
}

function kill(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it was just ending
  }
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(() => undefined);
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
