import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { build } from '../../scripts/build.mjs';
import { serverAccount } from '../../src/embedded/server-account.ts';
import { startPostgres } from '../../src/embedded/postgres-server.ts';
import { findRedis } from '../../src/embedded/redis-program.ts';
import { migrate } from '../../src/shared/store/migrate.ts';
import { writeCertificates } from './certificates.ts';

/** The database that every test database is a copy of. */
const TEMPLATE = 'tallylight_template';

/** The roles of a database, as it is shipped to operators. */
const ROLES_FILE = path.resolve(import.meta.dirname, '..', '..', 'deploy', 'postgres-roles.sql');

declare module 'vitest' {
  interface ProvidedContext {
    postgres: {
      readonly server: string;
      readonly template: string;
      /** Of both roles. */
      readonly password: string;
      /** Where its certificate and those that a test may put in its place are. */
      readonly certificates: string;
    };
    redis: { readonly command: string; readonly env: Readonly<Record<string, string>> };
  }
}

/** One Postgres for the whole run, in a directory that goes with it. It ends with this process, whatever ends it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await build({ tolerant: true });
  const directory = await mkdtemp(path.join(tmpdir(), 'tallylight-test-'));
  await chmod(directory, 0o711); // root's Postgres runs as another account, which must get through
  const home = path.join(directory, 'postgres');
  const certificates = path.join(directory, 'certificates');
  await writeCertificates(certificates, await serverAccount(path.join(home, 'data')));
  const postgres = await startPostgres({
    home,
    copyBinariesTo: path.join(directory, 'postgres-programs'),
    settings: {
      ...{ max_connections: '300', fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' },
      // Offered, not asked for: only tests of TLS use it.
      ...{ ssl: 'on', ssl_cert_file: `${certificates}/server.crt`, ssl_key_file: `${certificates}/server.key` },
    },
  });
  const password = randomBytes(16).toString('hex');
  await makeTemplate(postgres.url('postgres'), postgres.url(TEMPLATE), password);
  project.provide('postgres', { server: postgres.url('postgres'), template: TEMPLATE, password, certificates });
  // Beside the program's own, so that packages are fetched once, not once a run.
  const unpackInto = path.resolve(import.meta.dirname, '..', '..', '.tallylight', 'redis-package');
  project.provide('redis', await findRedis({ unpackInto, onProgress: console.log }));
  return async () => {
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  };
}

/** As an operator would: the roles, then the tables as their owner. @param password of both roles */
async function makeTemplate(server: string, template: string, password: string): Promise<void> {
  await execute(server, `CREATE DATABASE ${TEMPLATE}`);
  await execute(template, await readFile(ROLES_FILE, 'utf8'));
  for (const role of ['tallylight_owner', 'tallylight']) {
    await execute(server, `ALTER ROLE ${role} PASSWORD '${password}'`);
  }
  await migrate(Object.assign(new URL(template), { username: 'tallylight_owner', password }).href);
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}
