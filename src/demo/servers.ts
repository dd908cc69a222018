import { Redis } from 'ioredis';
import pg from 'pg';
import { useEmbedded } from '../embedded/use-embedded.ts';
import { OFFLINE_CHANNEL, ONLINE_CHANNEL } from '../shared/contracts/channels.ts';
import { reachPostgres } from '../shared/runtime/reach-postgres.ts';
import { reachRedis } from '../shared/runtime/reach-redis.ts';
import { type ServerFault, ServersError, serverAddress } from '../shared/runtime/server-fault.ts';
import { migrate } from '../shared/store/migrate.ts';
import type { Undo } from './undo.ts';

export interface DemoServersParts {
  /** Somebody's servers, which have to be empty; null for those of the demo, which are emptied. */
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;
  /** Where the demo keeps its own. */
  readonly dir: string;
  readonly onProgress: (line: string) => void;
  readonly undo: Undo;
}

export interface DemoServers {
  readonly databaseUrl: string;
  readonly redisUrl: string;
}

/** Any number that nobody else locks. */
const DEMO_LOCK = 72_707_370;

/**
 * Provides a Postgres with the newest schema and no rows, and an empty Redis.
 * @throws ServersError when a server cannot be used, or is not empty although it is not the demo's own
 */
export async function openServers(parts: DemoServersParts): Promise<DemoServers> {
  const { dir, onProgress, undo } = parts;
  const want = { database: parts.databaseUrl === null, redis: parts.redisUrl === null };
  const opening = useEmbedded({ dir, want, onProgress });
  // Registered before it is there: who ends us meanwhile waits for it, so that nothing is left behind.
  undo.add(async () => (await opening).release());
  const embedded = await opening;
  const servers = {
    databaseUrl: parts.databaseUrl ?? embedded.databaseUrl ?? '',
    redisUrl: parts.redisUrl ?? embedded.redisUrl ?? '',
  };
  await reach(servers);
  await withDatabase(servers.databaseUrl, undo, async (client) => {
    await lockOut(client, dir);
    if (want.database) await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    else await refuseFullDatabase(client, servers.databaseUrl);
  });
  await emptyRedis(servers.redisUrl, want.redis);
  onProgress('applying migrations');
  await migrate(servers.databaseUrl);
  return servers;
}

async function reach({ databaseUrl, redisUrl }: DemoServers): Promise<void> {
  const [database, redis] = await Promise.all([reachPostgres(databaseUrl), reachRedis(redisUrl)]);
  const faults = [database, redis.fault].filter((fault) => fault !== null);
  if (faults.length > 0) throw new ServersError(faults);
}

/** The connection stays open, and the lock with it, until the demo ends. */
async function withDatabase(url: string, undo: Undo, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined); // its loss frees the lock, which is all it was for
  undo.add(() => client.end());
  await client.connect();
  await work(client);
}

async function lockOut(client: pg.Client, dir: string): Promise<void> {
  const { rows } = await client.query<{ free: boolean }>('SELECT pg_try_advisory_lock($1) AS free', [DEMO_LOCK]);
  if (rows[0]?.free) return;
  throw new Error(`another demo runs here (${dir}): end it, or start this one in another directory`);
}

async function refuseFullDatabase(client: pg.Client, url: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'`,
  );
  for (const { name } of rows) {
    const found = await client.query<{ full: boolean }>(`SELECT EXISTS (SELECT FROM public.${name}) AS full`);
    if (found.rows[0]?.full) {
      const where = `the database "${client.database}" at ${serverAddress(url, 5432)} (DATABASE_URL)`;
      throw notEmpty(
        `${where} is not empty: table ${name} has rows. The demo writes made-up data: give it an empty one`,
      );
    }
  }
}

async function emptyRedis(url: string, own: boolean): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => undefined); // told by the rejected command
  try {
    await redis.connect();
    if (own) await redis.flushall();
    else await refuseBusyRedis(redis, `Redis at ${serverAddress(url, 6379)} (REDIS_URL)`);
  } finally {
    redis.disconnect();
  }
}

async function refuseBusyRedis(redis: Redis, where: string): Promise<void> {
  const keys = await redis.dbsize();
  if (keys > 0) throw notEmpty(`${where} is not empty: it holds ${keys} keys. Give the demo an empty one`);
  const counts = await redis.pubsub('NUMSUB', ONLINE_CHANNEL, OFFLINE_CHANNEL);
  if (counts.some((count) => Number(count) > 0)) {
    throw notEmpty(
      `${where} has subscribers to streams.online: they would take the made-up streams of the demo for real`,
    );
  }
}

function notEmpty(message: string): ServersError {
  const fault: ServerFault = { kind: 'settings', message };
  return new ServersError([fault]);
}
