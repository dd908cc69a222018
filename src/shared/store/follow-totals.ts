import type { Database, Transaction } from '../runtime/database.ts';
import { TRACKED } from './tracked.ts';

/** How many follows and tracked keys there are. */
export interface Totals {
  readonly follows: number;
  readonly keys: number;
}

/** Counting a million rows takes a tenth of a second: too much for every follow, little every two seconds. */
const FRESH_MS = 2_000;

/** The totals as they were counted lately. Nobody is refused by them: near a limit they are counted anew. */
export function createFollowTotals(database: Database) {
  let known: Totals = { follows: 0, keys: 0 };
  let countedAt = Number.NEGATIVE_INFINITY;

  return {
    /** Counts when the last count is too old. */
    async refresh(): Promise<void> {
      if (performance.now() - countedAt < FRESH_MS) return;
      known = await count(database);
      countedAt = performance.now();
    },
    known: (): Totals => known,
    count,
  };
}

export type FollowTotals = ReturnType<typeof createFollowTotals>;

async function count(database: Transaction): Promise<Totals> {
  const [totals] = await database.$queryRaw<Totals[]>`
    SELECT (SELECT count(*)::int FROM follow) AS follows, (SELECT count(*)::int FROM stream s WHERE ${TRACKED}) AS keys`;
  return totals ?? { follows: 0, keys: 0 };
}
