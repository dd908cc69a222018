import { query } from '../servers.ts';
import type { Fault } from '../stage.ts';
import { holdAt } from './hold.ts';

const PATIENCE_MS = 20_000;

/** Somebody stands in the middle of recording a change: the row of the broadcast is written, that of the change is not. */
export const KILLED_IN_TRANSACTION: Fault = {
  name: 'Postgres killed in a transaction',
  platforms: null,
  async strike({ servers: { postgres } }) {
    const held = await holdAt(postgres.direct, { table: 'change', when: 'INSERT' });
    try {
      await held.arrived(PATIENCE_MS);
      await postgres.kill();
      await postgres.start();
    } finally {
      await held.release().catch(() => undefined); // its connection died with the server, and its lock
      await query(postgres.direct, 'DROP TRIGGER IF EXISTS chaos_hold ON "change"');
    }
  },
};
