import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { type EmbeddedPostgres, startPostgres } from '../src/embedded/postgres-server.ts';
import { findRedis, type RedisProgram } from '../src/embedded/redis-program.ts';
import { startRedisServer } from '../src/embedded/redis-server.ts';
import { migrate } from '../src/shared/store/migrate.ts';

/** The servers of one run. They end with this process, whatever ends it. */
export interface Servers {
  readonly databaseUrl: string;
  readonly postgresHome: string;
  /** For Tallylight. */
  readonly redisUrl: string;
  /** For what it is compared with: a Redis of its own, so that neither leaves anything behind for the other. */
  readonly bareRedisUrl: string;
  stop(): Promise<void>;
}

const DATABASE = 'bench';

/** Redis without persistence, Postgres as it comes: it really writes to the disk. */
export async function startServers(onProgress: (line: string) => void): Promise<Servers> {
  const directory = await mkdtemp(path.join(tmpdir(), 'tallylight-bench-'));
  await chmod(directory, 0o711); // root's Postgres runs as another account, which must get through
  const postgresHome = path.join(directory, 'postgres');
  onProgress('starting Postgres and two Redis');
  const program = await findRedis({ unpackInto: path.join(repository(), '.tallylight', 'redis-package'), onProgress });
  const [postgres, redis, bareRedis] = await Promise.all([
    startPostgres({ home: postgresHome, copyBinariesTo: path.join(tmpdir(), 'tallylight-postgres') }),
    startRedis(program, path.join(directory, 'redis')),
    startRedis(program, path.join(directory, 'bare-redis')),
  ]);
  await makeDatabase(postgres);
  return {
    databaseUrl: postgres.url(DATABASE),
    postgresHome,
    redisUrl: redis.url,
    bareRedisUrl: bareRedis.url,
    async stop() {
      await Promise.all([postgres.stop(), redis.stop(), bareRedis.stop()]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The directory of the clone: this file runs from `dist/bench`. */
export function repository(): string {
  return path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
}

function startRedis(program: RedisProgram, home: string) {
  return startRedisServer({ program, home, account: null, appendOnly: false });
}

async function makeDatabase(postgres: EmbeddedPostgres): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.url('postgres') });
  await client.connect();
  await client.query(`CREATE DATABASE ${DATABASE}`).finally(() => client.end());
  await migrate(postgres.url(DATABASE));
}
