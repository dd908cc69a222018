import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { build } from '../../scripts/build.mjs';
import { startPostgres } from '../../src/embedded/postgres-server.ts';
import { findRedis } from '../../src/embedded/redis-program.ts';
import { migrate } from '../../src/shared/store/migrate.ts';

/** The database that every test database is a copy of. */
const TEMPLATE = 'tallylight_template';

declare module 'vitest' {
  interface ProvidedContext {
    postgres: { readonly server: string; readonly template: string };
    redis: { readonly command: string; readonly env: Readonly<Record<string, string>> };
  }
}

/** One Postgres for the whole run, in a directory that goes with it. It ends with this process, whatever ends it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await build({ tolerant: true });
  const directory = await mkdtemp(path.join(tmpdir(), 'tallylight-test-'));
  await chmod(directory, 0o711); // root's Postgres runs as another account, which must get through
  const postgres = await startPostgres({
    home: path.join(directory, 'postgres'),
    copyBinariesTo: path.join(directory, 'postgres-programs'),
    settings: { max_connections: '300', fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' },
  });
  await makeTemplate(postgres.url('postgres'), postgres.url(TEMPLATE));
  project.provide('postgres', { server: postgres.url('postgres'), template: TEMPLATE });
  // Beside the program's own, so that packages are fetched once, not once a run.
  const unpackInto = path.resolve(import.meta.dirname, '..', '..', '.tallylight', 'redis-package');
  project.provide('redis', await findRedis({ unpackInto, onProgress: console.log }));
  return async () => {
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  };
}

async function makeTemplate(server: string, template: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(`CREATE DATABASE ${TEMPLATE}`);
  await client.end();
  await migrate(template);
}
