import { sleep } from '../../src/shared/runtime/clock.ts';
import { query } from '../servers.ts';
import type { Fault, Stage } from '../stage.ts';

const TROUBLED_MS = 10_000;

/** What happens to a share of all writes, in PL/pgSQL. */
const TROUBLES: Readonly<Record<string, { readonly share: number; readonly body: string }>> = {
  'Postgres slow': { share: 1, body: 'PERFORM pg_sleep(0.5);' },
  'Postgres: serialization failures': {
    share: 0.4,
    body: `RAISE EXCEPTION 'could not serialize access' USING ERRCODE = '40001';`,
  },
  'Postgres: deadlocks': { share: 0.4, body: `RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01';` },
};

/** Triggers of ours on every table of the program do to whoever writes what a database under strain does. */
export const TROUBLED_WRITES: readonly Fault[] = Object.entries(TROUBLES).map(([name, { share, body }]) => ({
  name,
  platforms: null,
  strike: ({ servers }: Stage) => trouble(servers.postgres.direct, `IF random() < ${share} THEN ${body} END IF;`),
}));

async function trouble(url: string, body: string): Promise<void> {
  await say(url, body);
  for (const table of await tablesOf(url)) {
    await query(
      url,
      `CREATE OR REPLACE TRIGGER chaos_trouble BEFORE INSERT OR UPDATE OR DELETE ON "${table}" FOR EACH STATEMENT
        EXECUTE FUNCTION chaos_trouble()`,
    );
  }
  await sleep(TROUBLED_MS);
  // The triggers stay: to take them away locks tables in an order of its own, which is a deadlock nobody asked for.
  await say(url, '');
}

async function say(url: string, body: string): Promise<void> {
  await query(
    url,
    `CREATE OR REPLACE FUNCTION chaos_trouble() RETURNS trigger LANGUAGE plpgsql AS
      $body$ BEGIN ${body} RETURN NULL; END $body$`,
  );
}

async function tablesOf(url: string): Promise<string[]> {
  const rows = await query<{ name: string }>(
    url,
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'`,
  );
  return rows.map(({ name }) => name);
}
