/** How far another clock is ahead of ours (ms), and by how much that may be wrong. */
export interface ClockReading {
  readonly aheadMs: number;
  readonly uncertainMs: number;
}

/** Clocks that are set by NTP differ by far less; nothing in the program is harmed by as much. */
const HARMLESS_MS = 1_000;

/**
 * By how much (ms) our clock must be set forward to be right. What is planned and due lies in Redis, and all processes
 * share it, so its clock counts; but where ours and that of Postgres agree, it is Redis' that is wrong.
 */
export function clockError(redis: ClockReading, postgres: ClockReading | null): number {
  if (agree(redis) || (postgres !== null && agree(postgres))) return 0;
  return redis.aheadMs;
}

function agree({ aheadMs, uncertainMs }: ClockReading): boolean {
  return Math.abs(aheadMs) - uncertainMs < HARMLESS_MS;
}
