import type { Tally, Wrong } from '../account.ts';
import type { Sample } from '../sampling/sample.ts';
import type { Finding } from './finding.ts';

/** A page of metrics that grows with what is watched would grow for ever. */
const MOST_SERIES = 1_000;

export function judgeTally({ due, heard }: Tally, wrong: readonly Wrong[]): Finding {
  return {
    what: 'changes of followed keys, told to every shard',
    found: `${heard} of ${due}, ${wrong.length} wrong`,
    wanted: 'each once, in order',
    ok: heard === due && wrong.length === 0 && due > 0,
  };
}

export function judgeSeries(samples: readonly Sample[]): Finding {
  const most = Math.max(0, ...samples.map(({ series }) => series));
  return {
    what: 'numbers on a page of metrics',
    found: String(most),
    wanted: `≤ ${MOST_SERIES}`,
    ok: most <= MOST_SERIES,
  };
}

export function judgeCrashes(crashes: Readonly<Record<string, number>>): Finding {
  const found = Object.entries(crashes).map(([name, count]) => `${name} ${count} times`);
  return {
    what: 'processes that ended by themselves',
    found: found.length === 0 ? 'none' : found.join(', '),
    wanted: 'none',
    ok: found.length === 0,
  };
}
