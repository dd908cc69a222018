import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import pg from 'pg';
import { startPostgres } from '../src/embedded/postgres-server.ts';
import { findRedis, type RedisProgram } from '../src/embedded/redis-program.ts';
import { startRedisServer } from '../src/embedded/redis-server.ts';
import { migrate } from '../src/shared/store/migrate.ts';
import { openIsland } from './island.ts';
import { startProxy, type Way } from './proxy.ts';
import { quietPort } from './quiet-port.ts';
import { startCluster } from './redis-cluster.ts';
import { startSentinels } from './redis-sentinel.ts';

const DATABASE = 'chaos';

/** A server that can be broken and comes back on the same port. */
export interface Server {
  /** By way of the network that can be broken. */
  readonly url: string;
  /** Past it: for whoever watches or breaks something. */
  readonly direct: string;
  /** All ways to it. */
  readonly ways: readonly Way[];
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** With what it had kept. */
  start(): Promise<void>;
}

export interface PollersWay {
  readonly url: string;
  /** What parts them from Redis: a network namespace where that is to be had. */
  readonly partedBy: 'network namespace' | 'proxy';
  part(): Promise<void>;
  join(): Promise<void>;
}

export const REDIS_KINDS = ['single', 'sentinel', 'cluster'] as const;
export type RedisKind = (typeof REDIS_KINDS)[number];

/** A Redis of several servers: they tell each other where they are, so nothing can be put in between. */
export interface SeveralRedis extends Pick<Server, 'url' | 'direct' | 'ways' | 'stop'> {
  readonly kind: Exclude<RedisKind, 'single'>;
  readonly polling: { readonly url: string; readonly partedBy: null };
  /** The addresses of the servers that are masters now. */
  masters(): Promise<readonly string[]>;
  /** SIGKILL to a master; resolves when another server is in its place, and the killed one is its replica. */
  failOver(): Promise<void>;
}

export interface RedisServer extends Server {
  readonly kind: 'single';
  /** As those that poll reach it: a way of their own, which can be broken for them alone. */
  readonly polling: PollersWay;
  /** What it kept is gone; only while it does not run. */
  forget(): Promise<void>;
  /** Its process, to be frozen and thawed. */
  pid(): Promise<number>;
}

/** A Redis that keeps what it holds, a Postgres, and a directory. They end with this process, whatever ends it. */
export interface Servers<R extends RedisServer | SeveralRedis = RedisServer> {
  readonly redis: R;
  readonly postgres: Server;
  readonly directory: string;
  end(): Promise<void>;
}

export function startServers(onProgress: (line: string) => void): Promise<Servers> {
  return startServersOn(breakableRedis, onProgress);
}

/** The same with a Redis of this kind. */
export function startServersWith(
  kind: RedisKind,
  onProgress: (line: string) => void,
): Promise<Servers<RedisServer | SeveralRedis>> {
  const open = { single: breakableRedis, sentinel: startSentinels, cluster: startCluster };
  return startServersOn<RedisServer | SeveralRedis>(open[kind], onProgress);
}

async function startServersOn<R extends RedisServer | SeveralRedis>(
  openRedis: (program: RedisProgram, home: string) => Promise<R>,
  onProgress: (line: string) => void,
): Promise<Servers<R>> {
  const directory = await mkdtemp(path.join(tmpdir(), 'tallylight-chaos-'));
  await chmod(directory, 0o711); // root's Postgres runs as another account, which must get through
  onProgress('starting Redis and Postgres');
  const program = await findRedis({ unpackInto: path.join(repository(), '.tallylight', 'redis-package'), onProgress });
  const [redis, postgres] = await Promise.all([
    openRedis(program, path.join(directory, 'redis')),
    breakablePostgres(path.join(directory, 'postgres')),
  ]);
  return {
    ...{ redis, postgres, directory },
    async end() {
      await Promise.all([redis.stop(), postgres.stop()]);
      await Promise.all([...redis.ways, ...postgres.ways].map((way) => way.close()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function breakableRedis(program: RedisProgram, home: string): Promise<RedisServer> {
  await mkdir(home, { recursive: true });
  const port = await quietPort();
  const open = () => startRedisServer({ program, home, port, account: null, appendOnly: true });
  let server = await open();
  const { url: direct } = server;
  const way = await startProxy(port);
  const { polling, way: pollingWay, close } = await pollersWay(direct, port);
  return {
    ...{ kind: 'single', direct, url: byWay(direct, way), ways: [way, pollingWay], polling },
    stop: () => server.stop().finally(close),
    kill: () => server.kill(),
    async start() {
      server = await open();
    },
    forget: () => rm(path.join(home, 'appendonlydir'), { recursive: true, force: true }),
    async pid() {
      const info = await withRedis(direct, (redis) => redis.info('server'));
      return Number(/process_id:(\d+)/.exec(info)?.[1]);
    },
  };
}

async function breakablePostgres(home: string): Promise<Server> {
  const port = await quietPort();
  const open = () => startPostgres({ home, port, copyBinariesTo: path.join(tmpdir(), 'tallylight-postgres') });
  let server = await open();
  const direct = server.url(DATABASE);
  await query(server.url('postgres'), `CREATE DATABASE ${DATABASE}`);
  await migrate(direct);
  const way = await startProxy(port);
  return {
    ...{ direct, url: byWay(direct, way), ways: [way] },
    stop: () => server.stop(),
    kill: () => server.kill(),
    async start() {
      server = await open();
    },
  };
}

async function pollersWay(direct: string, redisPort: number) {
  let way: Way | undefined;
  const island = await openIsland(async (host) => {
    way = await startProxy(redisPort, { host });
    return way.port;
  });
  const used = way ?? (await startProxy(redisPort));
  const polling: PollersWay = island
    ? { url: byWay(direct, island), partedBy: 'network namespace', part: island.pull, join: island.plug }
    : {
        ...{ url: byWay(direct, used), partedBy: 'proxy' },
        part: async () => used.swallow('everything'),
        join: () => used.heal(),
      };
  return { polling, way: used, close: () => island?.close() };
}

function byWay(direct: string, { host = '127.0.0.1', port }: { host?: string; port: number }): string {
  return Object.assign(new URL(direct), { hostname: host, port: String(port) }).href;
}

/** A connection for one purpose. */
export async function withRedis<T>(url: string, act: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url);
  redis.on('error', () => undefined); // told by the command that fails
  try {
    return await act(redis);
  } finally {
    redis.disconnect();
  }
}

/** Takes everything away that Redis holds, at each of its masters. */
export async function emptyRedis(redis: RedisServer | SeveralRedis): Promise<void> {
  const masters = redis.kind === 'single' ? [redis.direct] : await redis.masters();
  await Promise.all(masters.map((url) => withRedis(url, (client) => client.flushall())));
}

export async function query<T extends pg.QueryResultRow>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined); // told by the query that fails
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Says by how much the clock of a process is wrong. */
export function clockFile({ directory }: { readonly directory: string }, name: string): string {
  return path.join(directory, `clock-${name}`);
}

/** The directory of the clone: this file runs from `dist/chaos`. */
export function repository(): string {
  return path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
}
