import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { spawnNode } from '../support/processes.ts';

const SCHEMA = 'prisma/tracking/schema.prisma';
const MIGRATIONS = 'prisma/tracking/migrations';

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
});

afterAll(() => database.drop());

test('the migrations make exactly what the schema says', async () => {
  const diff = await prisma('migrate', 'diff', '--from-migrations', MIGRATIONS, '--to-schema', SCHEMA, '--exit-code');
  expect(diff).toEqual({ code: 0, output: expect.stringContaining('No difference detected') });
});

test('Prisma finds a database that Tallylight migrated up to date, and sees when it is not', async () => {
  expect(await prisma('migrate', 'status')).toEqual({ code: 0, output: expect.stringContaining('up to date') });
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query('ALTER TABLE follow ADD COLUMN surprise int').finally(() => client.end());
  const diff = await prisma('migrate', 'diff', '--from-config-datasource', '--to-schema', SCHEMA, '--exit-code');
  expect(diff).toEqual({ code: 2, output: expect.stringContaining('surprise') });
});

async function prisma(...args: string[]): Promise<{ code: unknown; output: string }> {
  const cli = spawnNode(['scripts/prisma.mjs', ...args], { DATABASE_URL: database.url });
  const code = await cli.exited;
  return { code, output: code === 0 || code === 2 ? cli.stdout() : `${cli.stdout()}\n${cli.stderr()}` };
}
