import type { Sample } from '../sampling/sample.ts';
import { type Finding, mb, seconds } from './finding.ts';

/** A process that is given less could not hold what 50,000 changes need at once. */
const MOST_BYTES = 512 * 2 ** 20;
/** Between the first change and the last there is a grace; numbers of the whole cluster may be 2 s old. */
const LEAST_VISIBLE_MS = 1_000;

export function judgeMost(name: string, samples: readonly Sample[]): Finding {
  const most = Math.max(0, ...samples.map(({ memory }) => memory[name]?.resident ?? 0));
  return { what: `most memory of ${name}`, found: mb(most), wanted: `≤ ${mb(MOST_BYTES)}`, ok: most <= MOST_BYTES };
}

/** Whoever looks at the metrics of those that work must see that something waits, and for how long. */
export function judgeVisible(stormy: readonly Sample[]): Finding {
  const most = 1_000 * Math.max(0, ...stormy.map(({ oldestChange }) => oldestChange));
  return {
    what: 'tallylight_oldest_change_seconds, while nobody published',
    found: seconds(most),
    wanted: `≥ ${seconds(LEAST_VISIBLE_MS)}`,
    ok: stormy.some(showsWaiting),
  };
}

/** And that it does not any more. A process that did not answer in time says nothing. */
export function judgeOver(samples: readonly Sample[]): Finding {
  const last = samples.findLast(isKnown);
  return {
    what: 'tallylight_oldest_change_seconds, at the end',
    found: last ? seconds(last.oldestChange * 1_000) : 'unknown',
    wanted: seconds(0),
    ok: last !== undefined && showsNothingWaiting(last),
  };
}

export function showsWaiting({ oldestChange }: Sample): boolean {
  return oldestChange * 1_000 >= LEAST_VISIBLE_MS;
}

export function showsNothingWaiting(sample: Sample): boolean {
  return isKnown(sample) && sample.oldestChange === 0;
}

/** A process has answered that knows of the whole cluster. */
function isKnown({ queues }: Sample): boolean {
  return Object.keys(queues).length > 0;
}
