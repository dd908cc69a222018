import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { parse } from 'yaml';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { onDatabase } from '../support/database-account.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';

const root = path.join(import.meta.dirname, '..', '..');

interface Compose {
  readonly services: Readonly<Record<string, { command: string[]; environment: Record<string, string> }>>;
}

let compose: Compose;
let home: string;
let port: number;
let server: ChildProcess;

/** The command of the Redis service, as its container runs it, but for the places that only a container has. */
beforeAll(async () => {
  compose = parse(await readFile(path.join(root, 'docker-compose.yml'), 'utf8'), { merge: true }) as Compose;
  home = await mkdtemp(path.join(tmpdir(), 'tallylight-compose-'));
  port = await freePort();
  const [shell = '', flags = '', script = ''] = compose.services.redis?.command ?? [];
  const { command, env } = inject('redis');
  const here = script
    .replaceAll('$$', '$')
    .replaceAll('/run/redis-users.conf', path.join(home, 'redis-users.conf'))
    .replaceAll('/etc/redis-users.conf', path.join(root, 'deploy', 'redis-users.conf'))
    .replace('docker-entrypoint.sh redis-server', `"${command}"`)
    .trimEnd();
  server = spawn(shell, [flags, `${here} --bind 127.0.0.1 --port ${port} --dir "${home}"`], {
    env: { ...process.env, ...env },
    stdio: 'ignore',
  });
  await eventually(async () => expect(await said('viewer', 'ping')).toBe('PONG'), 60_000);
}, 90_000);

afterAll(async () => {
  const ended = server.exitCode === null ? new Promise((resolve) => server.once('exit', resolve)) : undefined;
  server.kill('SIGKILL');
  await ended;
  await rm(home, { recursive: true, force: true });
});

/** Asks once, and waits for nothing that does not come. */
const BRIEF = { lazyConnect: true, enableReadyCheck: false, maxRetriesPerRequest: 0, retryStrategy: () => null };

/** What Redis answers to an account whose password is its name, or says against it. */
async function said(user: string, ...command: [string, ...string[]]): Promise<string> {
  const account = { username: user, password: user };
  const redis = new Redis({ host: '127.0.0.1', port, ...account, ...BRIEF });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return String(await redis.call(...command));
  } catch (error) {
    return (error as Error).message;
  } finally {
    redis.disconnect();
  }
}

test('Redis starts with the shipped accounts, of which none may do everything', async () => {
  const url = new URL(/:-(redis:.*)\}$/.exec(compose.services.listen?.environment.REDIS_URL ?? '')?.[1] ?? '');
  expect([url.username, url.password, url.host]).toEqual(['tallylight', 'tallylight', 'redis:6379']);
  expect(await said('tallylight', 'set', 'tallylight:one', '1')).toBe('OK');
  expect(await said('tallylight', 'flushall')).toMatch(/NOPERM/);
  expect(await said('shard', 'publish', 'stream.follow', 'x')).toBe('0');
  expect(await said('shard', 'set', 'tallylight:one', '2')).toMatch(/NOPERM/);
  for (const user of ['admin', 'default']) expect(await said(user, 'ping')).not.toBe('PONG');
});

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database?.drop());

test('the passwords of Postgres are those that the services have, and its superuser has none', async () => {
  const sql = await readFile(path.join(root, 'deploy', 'compose-passwords.sql'), 'utf8');
  const set = [...sql.matchAll(/^ALTER ROLE (\w+) PASSWORD '(\w+)';$/gm)].map((match) => [match[1], match[2]]);
  const urls = ['listen', 'migrate'].map((service) => compose.services[service]?.environment.DATABASE_URL ?? '');
  const used = urls.map((text) => new URL(/:-(postgresql:.*)\}$/.exec(text)?.[1] ?? ''));
  expect(used.map(({ username, password }) => [username, password]).sort()).toEqual(set.sort());
  expect(sql).toContain('ALTER ROLE CURRENT_USER PASSWORD NULL;');
  expect(new Set(used.map(({ pathname }) => pathname.slice(1)))).toEqual(
    new Set([compose.services.postgres?.environment.POSTGRES_DB]),
  );
  // In a transaction that comes to nothing, since the roles are those of all tests.
  await onDatabase(database.url, `BEGIN; ${sql} ROLLBACK;`);
});
