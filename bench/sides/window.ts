import { sum } from '../reading/numbers.ts';
import type { Lateness, Tally } from '../processes/tally.ts';

/** CPU time that servers have used, in ms; null where it cannot be known. */
export interface ServerCpu {
  readonly redisMs: number;
  readonly postgresMs: number | null;
}

/** What all processes of one side did in one stretch of time. */
export interface Window {
  readonly seconds: number;
  readonly pollsPerSecond: number;
  readonly freshShare: number;
  readonly looksPerSecond: number;
  readonly requests: number;
  /** Most requests within one second of the clock. */
  readonly mostRequestsInASecond: number;
  readonly latenessMs: { readonly p50: number; readonly p99: number };
  /** Share of one core, 0 to 1 and more. */
  readonly nodeCpu: number;
  readonly redisCpu: number;
  readonly postgresCpu: number | null;
  /** CPU time for one poll, in µs. */
  readonly microsPerPoll: { readonly node: number; readonly redis: number; readonly postgres: number | null };
}

export function toWindow(tallies: readonly Tally[], before: ServerCpu, after: ServerCpu): Window {
  const seconds = Math.max(...tallies.map((tally) => tally.seconds));
  const polls = sum(tallies.map((tally) => tally.polls));
  const requestsAt = tallies.flatMap((tally) => [...tally.requestsAt]);
  const nodeMs = sum(tallies.map((tally) => tally.cpuMs));
  const redisMs = after.redisMs - before.redisMs;
  const postgresMs = after.postgresMs === null ? null : after.postgresMs - (before.postgresMs ?? 0);
  const share = (ms: number): number => ms / 1_000 / seconds;
  return {
    seconds,
    pollsPerSecond: sum(tallies.map((tally) => tally.polls / tally.seconds)),
    freshShare: sum(tallies.map((tally) => tally.fresh)) / polls,
    looksPerSecond: sum(tallies.map((tally) => tally.looks / tally.seconds)),
    requests: requestsAt.length,
    mostRequestsInASecond: mostInASecond(requestsAt),
    latenessMs: latenessOf(tallies.map((tally) => tally.lateness)),
    nodeCpu: share(nodeMs),
    redisCpu: share(redisMs),
    postgresCpu: postgresMs === null ? null : share(postgresMs),
    microsPerPoll: {
      node: (1_000 * nodeMs) / polls,
      redis: (1_000 * redisMs) / polls,
      postgres: postgresMs === null ? null : (1_000 * postgresMs) / polls,
    },
  };
}

function mostInASecond(timesMs: readonly number[]): number {
  const seconds = new Map<number, number>();
  for (const time of timesMs) {
    const second = Math.floor(time / 1_000);
    seconds.set(second, (seconds.get(second) ?? 0) + 1);
  }
  return Math.max(0, ...seconds.values());
}

function latenessOf(readings: readonly Lateness[]): { p50: number; p99: number } {
  const buckets = readings.flat().toSorted(([a], [b]) => a - b);
  const polls = sum(buckets.map(([, count]) => count));
  const below = (share: number): number => {
    let seen = 0;
    for (const [ms, count] of buckets) {
      seen += count;
      if (seen >= share * polls) return ms;
    }
    return Number.NaN;
  };
  return { p50: below(0.5), p99: below(0.99) };
}
