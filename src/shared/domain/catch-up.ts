/** So many keys, and fewer, are caught up on within a minute; more are spread over a whole interval. */
const AT_ONCE = 1_000;
const MINUTE_MS = 60_000;

/**
 * When keys that are pushed from now on are looked at once more: what happened between their last look and the
 * subscription was not pushed, and their next look is far off. As many as are polled anyway cost no more than polls would.
 * @param intervalMs the platform's interval
 * @returns an instant for each, in their order
 */
export function catchUpTimes(count: number, intervalMs: number, now: Date): Date[] {
  const step = count > AT_ONCE ? intervalMs / count : Math.min(intervalMs, MINUTE_MS) / AT_ONCE;
  return Array.from({ length: count }, (_, at) => new Date(now.getTime() + Math.floor(at * step)));
}
