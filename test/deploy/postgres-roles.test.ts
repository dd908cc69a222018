import { readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../src/shared/store/migrate.ts';
import { type Migration, readMigrations } from '../../src/shared/store/migrations.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { spawnTallylight } from '../support/processes.ts';

const ROLES = readFileSync(path.resolve(import.meta.dirname, '..', '..', 'deploy', 'postgres-roles.sql'), 'utf8');

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
  await query(database.url, ROLES); // rights on a database are not copied with it
  await query(database.url, 'CREATE SCHEMA bot; CREATE TABLE bot.secret (n int)');
});
afterAll(() => database.drop());

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client
    .query<Record<string, unknown>>(sql)
    .then(({ rows }) => rows)
    .finally(() => client.end());
}

describe('the role that Tallylight runs as', () => {
  it('reads and writes rows of every table but the list of migrations, which it only reads', async () => {
    const rights = await query(
      database.as.tallylight,
      `SELECT tablename AS table, array_to_string(ARRAY(SELECT right_ FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE',
         'TRUNCATE', 'REFERENCES', 'TRIGGER']) right_ WHERE has_table_privilege(format('public.%I', tablename), right_)), ' ') AS rights
       FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
    );
    const [list, ...others] = rights;
    expect(list).toEqual({ table: '_prisma_migrations', rights: 'SELECT' });
    expect(others.map(({ table }) => table)).toEqual(expect.arrayContaining(['follow', 'stream', 'setting']));
    for (const { table, rights: held } of others) expect([table, held]).toEqual([table, 'SELECT INSERT UPDATE DELETE']);
  });

  it.each([
    ...['CREATE TABLE mine (n int)', 'DROP TABLE follow', 'ALTER TABLE follow ADD COLUMN mine int', 'TRUNCATE follow'],
    ...[
      'CREATE SCHEMA mine',
      'CREATE TEMPORARY TABLE mine (n int)',
      'CREATE ROLE mine',
      'DELETE FROM _prisma_migrations',
    ],
    ...[
      'SELECT * FROM bot.secret',
      'SELECT * FROM pg_authid',
      "SELECT pg_read_file('/etc/passwd')",
      'SET ROLE tallylight_owner',
    ],
    ...["COPY follow TO PROGRAM 'true'", "SELECT setval('change_id_seq', 1)"],
  ])('may not: %s', async (sql) => {
    await expect(query(database.as.tallylight, sql)).rejects.toThrow(/permission denied|must be owner|not permitted/);
  });

  it('starts where there is nothing to apply', async () => {
    expect(await migrate(database.as.tallylight)).toEqual([]);
  });

  it('says who is to migrate where there is something to apply', async () => {
    const next: Migration = { name: '9_next', sql: 'CREATE TABLE next (n int)', checksum: 'x' };
    await expect(migrate(database.as.tallylight, [...(await readMigrations()), next])).rejects.toThrow(
      /^migration 9_next failed on database ".*": "tallylight" has no right to .*: run "tallylight migrate" as the owner/,
    );
  });

  it('says the same of a database where nothing was ever applied', async () => {
    const empty = await createDatabase({ empty: true });
    await expect(migrate(empty.as.tallylight)).rejects.toThrow(
      /^cannot make the tables of database ".*": "tallylight" has no right to .*: run "tallylight migrate" as the owner/,
    );
    await empty.drop();
  });
});

describe('the role that owns the tables', () => {
  it('applies with "tallylight migrate", without a Redis, on a database that has only the roles', async () => {
    const fresh = await createDatabase({ empty: true });
    await query(fresh.url, ROLES);
    const env = { DATABASE_URL: fresh.as.owner };
    const [first, second] = [spawnTallylight(['migrate'], env), spawnTallylight(['migrate'], env)];
    expect([await first.exited, await second.exited]).toEqual([0, 0]);
    const names = (await readMigrations()).map(({ name }) => name);
    const outputs = [first.stdout(), second.stdout()].sort();
    expect(outputs).toEqual([names.map((name) => `applied ${name}\n`).join(''), 'the tables are up to date\n']);
    expect(await query(fresh.as.tallylight, 'SELECT count(*)::int AS n FROM follow')).toEqual([{ n: 0 }]);
    await expect(query(fresh.as.owner, 'SELECT * FROM pg_authid')).rejects.toThrow(/permission denied/);
    await fresh.drop();
  });

  it('takes over the tables of a database that one account did everything in; the file may be run again', async () => {
    const old = await createDatabase({ empty: true });
    await migrate(old.url);
    await query(old.url, `INSERT INTO setting (name, value) VALUES ('LOG_LEVEL', 'warn')`);
    await query(old.url, ROLES);
    await query(old.url, ROLES);
    expect(await query(old.as.tallylight, 'SELECT name FROM setting')).toEqual([{ name: 'LOG_LEVEL' }]);
    const owners = "SELECT DISTINCT tableowner AS o FROM pg_tables WHERE schemaname = 'public'";
    expect(await query(old.url, owners)).toEqual([{ o: 'tallylight_owner' }]);
    expect(await migrate(old.as.owner)).toEqual([]);
    await expect(query(old.as.tallylight, 'DELETE FROM _prisma_migrations')).rejects.toThrow(/permission denied/);
    await old.drop();
  });

  it('makes the list of migrations as the program does', async () => {
    const columns = `SELECT column_name, data_type, is_nullable, column_default FROM information_schema.columns
      WHERE table_name = '_prisma_migrations' ORDER BY ordinal_position`;
    const plain = await createDatabase({ empty: true });
    await migrate(plain.url, []);
    expect(await query(database.url, columns)).toEqual(await query(plain.url, columns));
    await plain.drop();
  });
});
