import pg from 'pg';
import { sleep } from '../../src/shared/runtime/clock.ts';

export interface Held {
  readonly url: string;
  /** Resolves when somebody stands there. @throws when nobody comes in time */
  arrived(patienceMs: number): Promise<void>;
  /** The sessions that stood there, by the numbers of their servers. */
  backends(): readonly number[];
  /** Whoever stands there is thrown out, and its transaction with it. */
  undo(): Promise<void>;
  /** The place is free again. May be called twice. */
  release(): Promise<void>;
}

/** Any number that nobody else locks. */
const LOCK = 40_404_040;

/**
 * Holds whoever writes to a table, before the row is written, by a trigger of ours that waits for a lock of ours.
 * @param when such as `INSERT`
 */
export async function holdAt(url: string, { table, when }: { table: string; when: string }): Promise<Held> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined); // told by the query that fails
  await client.connect();
  await client.query(`SELECT pg_advisory_lock(${LOCK})`);
  await client.query(`CREATE OR REPLACE FUNCTION chaos_hold() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock_shared(${LOCK}); RETURN NULL; END $$`);
  await client.query(`CREATE OR REPLACE TRIGGER chaos_hold BEFORE ${when} ON "${table}" FOR EACH STATEMENT
    EXECUTE FUNCTION chaos_hold()`);
  let pids: number[] = [];
  let released = false;

  async function standing(): Promise<number[]> {
    const { rows } = await client.query<{ pid: number }>(
      `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = ${LOCK} AND NOT granted`,
    );
    return rows.map(({ pid }) => pid);
  }

  return {
    url,
    async arrived(patienceMs) {
      for (let waited = 0; waited < patienceMs; waited += 20) {
        pids = await standing();
        if (pids.length > 0) return;
        await sleep(20);
      }
      throw new Error(`nobody wrote to ${table} within ${patienceMs / 1_000} s`);
    },
    backends: () => pids,
    async undo() {
      await client.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid', [await standing()]);
    },
    async release() {
      if (released) return;
      released = true;
      await client.query(`SELECT pg_advisory_unlock(${LOCK})`);
      await client.query(`DROP TRIGGER IF EXISTS chaos_hold ON "${table}"`);
      await client.end();
    },
  };
}
