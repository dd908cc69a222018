import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { type Migration, readMigrations } from './migrations.ts';

// The table, its checksums and the lock are those of `prisma migrate deploy`, so either can continue the other's work.
const TABLE = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`;
const PRISMA_LOCK = 72_707_369;
const LOCK_WAIT_MS = 60_000;
/** @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * Brings the database to the newest schema. Any number of processes may call it at once: one works, the others wait.
 * @param migrations all there are, oldest first; those of this program unless told
 * @returns the names of the migrations applied by this call
 * @throws a sentence that names the server, and the migration where one failed; a failed one leaves nothing behind
 */
export async function migrate(url: string, migrations?: readonly Migration[]): Promise<string[]> {
  const wanted = migrations ?? (await readMigrations());
  const client = await connect(url);
  try {
    await lock(client);
    await makeTable(client);
    const missing = await missingOf(client, wanted);
    for (const migration of missing) await apply(client, migration);
    return missing.map((migration) => migration.name);
  } finally {
    await client.end(); // the end of the session gives the lock back
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000, keepAlive: true });
  client.on('error', () => undefined); // the query that meets it rejects
  try {
    await client.connect();
    return client;
  } catch (cause) {
    const { host, database, user } = client;
    throw new Error(`cannot open database "${database}" on ${host}:${client.port} as "${user}": ${reason(cause)}`, {
      cause,
    });
  }
}

async function lock(client: pg.Client): Promise<void> {
  await client.query(`SET lock_timeout = ${LOCK_WAIT_MS}`);
  try {
    await client.query('SELECT pg_advisory_lock($1)', [PRISMA_LOCK]);
  } catch (cause) {
    const what = `no turn to migrate database "${client.database}" on ${client.host}:${client.port}`;
    throw new Error(`${what}: another process holds the lock for over ${LOCK_WAIT_MS / 1000} s`, { cause });
  }
}

/** Only where it is missing: "if not exists" asks for the right to create first, which an account that has nothing to do may lack. */
async function makeTable(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ there: boolean }>(
    "SELECT to_regclass('_prisma_migrations') IS NOT NULL AS there",
  );
  if (rows[0]?.there) return;
  await client.query(TABLE).catch((cause: unknown) => {
    throw new Error(`cannot make the tables of database "${client.database}": ${refusal(client, cause)}`, { cause });
  });
}

interface Applied {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished_at: Date | null;
}

async function missingOf(client: pg.Client, wanted: readonly Migration[]): Promise<Migration[]> {
  const { rows } = await client
    .query<Applied>('SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL')
    .catch((cause: unknown) => {
      throw new Error(`cannot read the migrations of database "${client.database}": ${refusal(client, cause)}`, {
        cause,
      });
    });
  const applied = new Map(rows.map((row) => [row.migration_name, row]));
  return wanted.filter((migration) => !isApplied(migration, applied.get(migration.name)));
}

function isApplied({ name, checksum }: Migration, row: Applied | undefined): boolean {
  if (!row) return false;
  if (row.finished_at === null) {
    throw new Error(`migration ${name} failed before, by another tool: repair it, then "prisma migrate resolve"`);
  }
  if (row.checksum !== checksum) {
    throw new Error(`migration ${name} was changed after it was applied: restore its file, and write a new one`);
  }
  return true;
}

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query('COMMIT');
  } catch (cause) {
    await client.query('ROLLBACK').catch(() => undefined); // a lost connection has rolled back already
    throw new Error(`migration ${name} failed on database "${client.database}": ${refusal(client, cause)}`, { cause });
  }
}

/** Why a statement failed; of an account without the right to it, who has it. */
function refusal(client: pg.Client, cause: unknown): string {
  if ((cause as { code?: string }).code !== INSUFFICIENT_PRIVILEGE) return reason(cause);
  return `"${client.user}" has no right to (${reason(cause)}): run "tallylight migrate" as the owner of the tables, then start again`;
}

/** The message of a refused connection to a name with several addresses is empty; its code is not. */
function reason(error: unknown): string {
  const { message, code } = error as Error & { code?: string };
  return message || code || String(error);
}
