/** What one budget had used at one moment. */
export interface BudgetSample {
  /** ms since 1970 */
  readonly at: number;
  readonly used: number;
  readonly left: number;
  /** ms since 1970; null while nothing of the window is used. */
  readonly resetsAt: number | null;
}

/** Keeps a reserve: hints, resolved names and retries spend too, and they do not stretch. */
const RESERVE = 0.9;
const MOST = 100;
/** A change smaller than this is noise, and every change moves all intervals. */
const WORTH_IT = 0.1;

/**
 * By how much intervals have to be stretched so that a budget lasts until it refills.
 * What was spent between two samples was spent at the stretch in force, so at stretch 1 it would have been that many
 * times as much.
 * @param stretch the one in force
 * @returns 1 when the budget suffices; null when the samples do not tell
 */
export function stretchFor(before: BudgetSample, now: BudgetSample, stretch: number): number | null {
  if (now.resetsAt === null) return 1;
  const sameWindow = before.resetsAt !== null && Math.abs(before.resetsAt - now.resetsAt) < 1_000;
  const elapsed = now.at - before.at;
  const remaining = now.resetsAt - now.at;
  if (!sameWindow || elapsed <= 0 || remaining <= 0) return null;
  const wanted = ((now.used - before.used) / elapsed) * stretch;
  const allowed = (now.left / remaining) * RESERVE;
  return Math.min(Math.max(wanted / Math.max(allowed, Number.MIN_VALUE), 1), MOST);
}

/** Half way to what the newest samples ask for: one busy minute must not slow down the whole day. */
export function smoothStretch(current: number, asked: number): number {
  const next = asked > current ? (current + asked) / 2 : Math.max(asked, current / 2);
  return Math.abs(next - current) < WORTH_IT * current && next > 1 ? current : Math.max(1, Number(next.toFixed(2)));
}

/** What the budget will have used when it refills, if it goes on like this. */
export function forecastUse(before: BudgetSample, now: BudgetSample): number | null {
  if (now.resetsAt === null || now.at <= before.at || before.used > now.used) return null;
  const rate = (now.used - before.used) / (now.at - before.at);
  return Math.round(now.used + rate * (now.resetsAt - now.at));
}
