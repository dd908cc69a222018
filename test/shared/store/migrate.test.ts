import { createHash } from 'node:crypto';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrate } from '../../../src/shared/store/migrate.ts';
import { type Migration, readMigrations } from '../../../src/shared/store/migrations.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;

beforeEach(async () => {
  database = await createDatabase({ empty: true });
});

afterEach(() => database.drop());

test('of several that start at once, one applies the migrations and the others find them applied', async () => {
  const applied = await Promise.all(Array.from({ length: 4 }, () => migrate(database.url)));
  const names = (await readMigrations()).map(({ name }) => name);
  expect(applied.flat().sort()).toEqual(names);
  expect(applied.filter((own) => own.length > 0)).toHaveLength(1);
  expect(await rows('SELECT count(*)::int AS n FROM follow')).toEqual([{ n: 0 }]);
});

test('only what is missing is applied', async () => {
  await migrate(database.url, [migration('1_a', 'CREATE TABLE a (n int)')]);
  const both = [migration('1_a', 'CREATE TABLE a (n int)'), migration('2_b', 'CREATE TABLE b (n int)')];
  expect(await migrate(database.url, both)).toEqual(['2_b']);
});

test('a failed migration is named and leaves nothing behind, and those before it stay', async () => {
  const broken = migration('2_broken', 'CREATE TABLE b (n int); SELECT no_such_function()');
  const run = migrate(database.url, [migration('1_a', 'CREATE TABLE a (n int)'), broken]);
  await expect(run).rejects.toThrow(/migration 2_broken failed.*no_such_function/);
  expect(await rows("SELECT to_regclass('a')::text AS a, to_regclass('b')::text AS b")).toEqual([{ a: 'a', b: null }]);
  expect(await migrate(database.url, [migration('1_a', 'CREATE TABLE a (n int)')])).toEqual([]);
});

test('a migration that was changed after it was applied is refused', async () => {
  await migrate(database.url, [migration('1_a', 'CREATE TABLE a (n int)')]);
  const changed = migrate(database.url, [migration('1_a', 'CREATE TABLE a (n bigint)')]);
  await expect(changed).rejects.toThrow(/1_a was changed after it was applied/);
});

test('a database that is newer than the program is left as it is', async () => {
  await migrate(database.url, [migration('1_a', 'CREATE TABLE a (n int)'), migration('2_b', 'CREATE TABLE b (n int)')]);
  expect(await migrate(database.url, [migration('1_a', 'CREATE TABLE a (n int)')])).toEqual([]);
});

test('a server that is not there is named, without the password', async () => {
  const error = await migrate('postgres://somebody:hush@127.0.0.1:1/nowhere').catch((cause: Error) => cause);
  expect(String(error)).toMatch(/cannot open database "nowhere" on 127\.0\.0\.1:1 as "somebody".*ECONNREFUSED/);
  expect(String(error)).not.toContain('hush');
});

test('a database that does not exist is named', async () => {
  const url = new URL(database.url);
  url.pathname = '/not_there';
  await expect(migrate(url.href)).rejects.toThrow(/"not_there".*does not exist/);
});

function migration(name: string, sql: string): Migration {
  return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
}

async function rows(sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  return client
    .query(sql)
    .then((result) => result.rows)
    .finally(() => client.end());
}
