import { chown, mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Account } from './account.ts';
import type { EmbeddedServer } from './embedded-server.ts';
import { endOrphan } from './end-orphan.ts';
import { freePort } from './free-port.ts';
import { type GuardedProcess, startGuarded } from './guarded-process.ts';
import type { RedisProgram } from './redis-program.ts';
import { readSaved, savedSecret } from './saved.ts';

const SHUTDOWN_MS = 10_000;
const START_MS = 30_000;
const ANSWER_MS = 3_000;

export interface RedisOptions {
  readonly program: RedisProgram;
  /** Directory of its data, password and log; made when it is not there. */
  readonly home: string;
  readonly account: Account | null;
  /** Exactly this port; unless told the one it had before when that is free, else any. */
  readonly port?: number | null;
  /** Whether what it holds survives its end. */
  readonly appendOnly: boolean;
  /** Lines of redis.conf beyond ours. */
  readonly settings?: readonly string[];
}

export interface EmbeddedRedis extends EmbeddedServer {
  readonly url: string;
}

/**
 * Starts a Redis of our own on loopback.
 * @throws with the tail of its log when it does not come up
 */
export async function startRedisServer(options: RedisOptions): Promise<EmbeddedRedis> {
  await mkdir(options.home, { recursive: true, mode: 0o755 });
  if (options.account) await chown(options.home, options.account.uid, options.account.gid);
  const password = await savedSecret(options.home, 'password', options.account);
  const lastPort = Number(await readSaved(options.home, 'port'));
  if (lastPort > 0) await endOrphanOf(options.home, urlOf(lastPort, password));
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort(lastPort));
    const server = await launch(options, port);
    const failure = await readiness(server, options.home, urlOf(port, password));
    if (failure === null) {
      await writeFile(path.join(options.home, 'port'), String(port));
      return running(server, port, password);
    }
    await server.kill();
    if (attempt === 20 || !/address already in use/i.test(failure)) throw new Error(failure);
    await sleep(100);
  }
}

function launch(
  { program, home, account, appendOnly, settings: more = [] }: RedisOptions,
  port: number,
): Promise<GuardedProcess> {
  const file = path.join(home, 'redis.conf');
  const settings = [
    'bind 127.0.0.1',
    `port ${port}`,
    `dir ${JSON.stringify(home)}`,
    'maxmemory-policy noeviction', // BullMQ loses jobs when Redis drops keys
    'save ""',
    appendOnly ? 'appendonly yes' : 'appendonly no',
    'appendfsync everysec',
    'daemonize no',
    ...more,
  ];
  return writeConfig({ file, settings, home, account }).then(() =>
    startGuarded({
      command: program.command,
      args: [file],
      signal: 'TERM',
      account,
      log: path.join(home, 'log'),
      env: program.env,
    }),
  );
}

/** In a file, since a password on the command line is seen by everybody on the machine. */
async function writeConfig(parts: {
  file: string;
  settings: readonly string[];
  home: string;
  account: Account | null;
}): Promise<void> {
  const password = await readSaved(parts.home, 'password');
  await writeFile(parts.file, [...parts.settings, `requirepass ${password}`, ''].join('\n'), { mode: 0o600 });
  if (parts.account) await chown(parts.file, parts.account.uid, parts.account.gid);
}

/** A Redis that answers to our password in our directory is ours, left behind when its guard was killed. */
async function endOrphanOf(home: string, url: string): Promise<void> {
  const orphan = await ask(url, async (redis) => {
    const [, dir] = (await redis.config('GET', 'dir')) as string[];
    const pid = /process_id:(\d+)/.exec(await redis.info('server'))?.[1];
    return dir === (await realpath(home)) ? Number(pid) : null;
  });
  if (orphan) await endOrphan(orphan, 'SIGTERM');
}

/** @returns null when it answers, else what it wrote before it gave up */
async function readiness(server: GuardedProcess, home: string, url: string): Promise<string | null> {
  let ended = false;
  void server.exited.then(() => {
    ended = true;
  });
  const started = Date.now();
  while (!ended && Date.now() - started < START_MS) {
    // Fails while it still reads its append-only file.
    if ((await ask(url, (redis) => redis.dbsize())) !== null) return null;
    await sleep(20);
  }
  const log = await readFile(path.join(home, 'log'), 'utf8').catch(() => '');
  const how = ended ? 'ended at once' : `did not answer within ${START_MS / 1000} s`;
  return `the embedded Redis in ${home} ${how}; its log ends with:\n${log.trim().split('\n').slice(-5).join('\n')}`;
}

/** @returns null when nobody answers, or not as our Redis does, or not at all */
async function ask<T>(url: string, question: (redis: Redis) => Promise<T>): Promise<T | null> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: ANSWER_MS });
  redis.on('error', () => undefined); // told by the rejected command
  const silence = sleep(ANSWER_MS, null, { ref: false });
  try {
    return await Promise.race([redis.connect().then(() => question(redis)), silence]);
  } catch {
    return null;
  } finally {
    redis.disconnect();
  }
}

function running(server: GuardedProcess, port: number, password: string): EmbeddedRedis {
  return {
    port,
    url: urlOf(port, password),
    exited: server.exited,
    stop: () => server.stop(SHUTDOWN_MS),
    kill: () => server.kill(),
  };
}

function urlOf(port: number, password: string): string {
  return `redis://:${password}@127.0.0.1:${port}`;
}
