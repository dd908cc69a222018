/**
 * How long (ms) after its announced start a broadcast is looked at by itself, while it has not begun: premieres begin
 * to the second, streamers mostly to the minute. Who is later than that is found by the polls.
 */
const AFTER_START_MS = [1_000, 5_000, 30_000, 2 * 60_000, 6 * 60_000];

/** Starts further off (ms) are planned by a later look: until then most of them move, or are waiting rooms. */
const AHEAD_MS = 48 * 60 * 60_000;

/**
 * When a broadcast that is announced and has not begun is looked at next on account of its start. No platform pushes that
 * a scheduled broadcast begins, and polls may be far apart.
 * @returns null when that is over, or too far off to be planned
 */
export function nextStartLook(start: Date, now: Date): Date | null {
  if (start.getTime() - now.getTime() > AHEAD_MS) return null;
  const after = AFTER_START_MS.find((ms) => start.getTime() + ms > now.getTime());
  return after === undefined ? null : new Date(start.getTime() + after);
}
