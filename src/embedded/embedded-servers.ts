import path from 'node:path';
import pg from 'pg';
import type { Addresses, Wanted } from './keeper-protocol.ts';
import { keepServer } from './kept-server.ts';
import { startPostgres } from './postgres-server.ts';
import { findRedis } from './redis-program.ts';
import { startRedisServer } from './redis-server.ts';
import { type ServersHome, serversHome } from './servers-home.ts';

/** The database that the program uses. */
export const DATABASE = 'tallylight';

/** The Postgres and the Redis of one directory, each started when it is first wanted. */
export interface EmbeddedServers {
  /** @throws a sentence that says why one cannot be had and what to do */
  provide(want: Wanted): Promise<Addresses>;
  stop(): Promise<void>;
}

export function createEmbeddedServers(dir: string, onProgress: (line: string) => void): EmbeddedServers {
  const postgres = keepServer({
    name: 'Postgres',
    onProgress,
    start: async (port) => {
      onProgress('starting Postgres');
      const { home } = await announcedHome(dir, onProgress);
      return startPostgres({
        home: path.join(home, 'postgres'),
        copyBinariesTo: path.join(home, 'postgres-programs'),
        port,
      });
    },
  });
  const redis = keepServer({
    name: 'Redis',
    onProgress,
    start: async (port) => {
      onProgress('starting Redis');
      const { home, account } = await serversHome(dir);
      const program = await findRedis({ unpackInto: path.join(home, 'redis-package'), onProgress });
      return startRedisServer({ program, home: path.join(home, 'redis'), account, appendOnly: true, port });
    },
  });
  return {
    async provide(want) {
      const [databaseUrl, redisUrl] = await Promise.all([
        want.database ? postgres.get().then(({ url }) => makeDatabase(url('postgres'), url(DATABASE))) : null,
        want.redis ? redis.get().then(({ url }) => url) : null,
      ]);
      return { databaseUrl, redisUrl };
    },
    async stop() {
      await Promise.all([postgres.stop(), redis.stop()]);
    },
  };
}

async function announcedHome(dir: string, onProgress: (line: string) => void): Promise<ServersHome> {
  const found = await serversHome(dir);
  if (found.home !== dir) onProgress(`the servers' account cannot enter ${dir}: their data is kept in ${found.home}`);
  return found;
}

async function makeDatabase(server: string, wanted: string): Promise<string> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${DATABASE}`);
  } catch (error) {
    // 42P04 duplicate_database; 23505 when two make it at the same moment.
    if (!['42P04', '23505'].includes((error as { code?: string }).code ?? '')) throw error;
  } finally {
    await client.end();
  }
  return wanted;
}
