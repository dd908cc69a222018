import type { Delay, Direction } from '../account.ts';
import type { Plan } from '../plan.ts';
import type { Spread } from '../sampling/sample.ts';
import { type Finding, seconds } from './finding.ts';
import { spreadOfDelays } from './spread.ts';

const LEAST_LATE_MS = 5_000;
const USUALLY_LATE_MS = 1_000;
const DELIVERY_MS = 5_000;

/** So late may one poll in a hundred run. */
function mostLate(intervalMs: number): number {
  return Math.max(LEAST_LATE_MS, intervalMs / 4);
}

/**
 * So long may a change take to a callback, one in a hundred longer: a beginning until its key's next look, an end until
 * the look that misses it, its grace, and the wait of its lane.
 */
export function mostDelay({ intervalMs, graceMs, batchMs }: Plan, direction: Direction): number {
  const look = intervalMs + mostLate(intervalMs) + DELIVERY_MS;
  return direction === 'online' ? look : look + graceMs + batchMs;
}

export function judgeLateness({ p50, p99 }: Spread, { intervalMs }: Plan): Finding[] {
  const one = (what: string, found: number | null, most: number): Finding => {
    return { what, found: seconds(found), wanted: `≤ ${seconds(most)}`, ok: (found ?? Infinity) <= most };
  };
  return [
    one('lateness of polls, p50', p50, USUALLY_LATE_MS),
    one('lateness of polls, p99', p99, mostLate(intervalMs)),
  ];
}

/** From the truth to a shard's callback, by platform and direction. */
export function judgeDelays(delays: readonly Delay[], plan: Plan): Finding[] {
  const kinds = [...new Set(delays.map(({ platform, direction }) => `${platform}, ${direction}`))].sort();
  return kinds.map((kind) => {
    const own = delays.filter(({ platform, direction }) => `${platform}, ${direction}` === kind);
    const { count, p50, p99 } = spreadOfDelays(own);
    const most = mostDelay(plan, own[0]?.direction ?? 'online');
    return {
      what: `from truth to shard: ${kind}`,
      found: `p50 ${seconds(p50)}, p99 ${seconds(p99)} (${count})`,
      wanted: `p99 ≤ ${seconds(most)}`,
      ok: (p99 ?? 0) <= most,
    };
  });
}
