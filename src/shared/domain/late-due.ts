import { type Pace, pollEvery } from './pace.ts';

/** A claim spreads due times by a twentieth of the interval, and clocks differ. */
const TOLERANCE = 1.1;

export interface DueSpacing {
  readonly intervalMs: number;
  /** Intervals are this many times as long, for the budget's sake. */
  readonly stretch: number;
}

/**
 * Whether a key is due later than a look of now would have left it: then it was claimed when the interval was longer.
 * A claim counts the platform's interval first and the pace afterwards, so the longer of the two is allowed.
 * @param waitMs until it is due
 */
export function isDueTooLate(waitMs: number, pace: Pace, { intervalMs, stretch }: DueSpacing): boolean {
  return waitMs > Math.max(intervalMs, pollEvery(intervalMs, pace)) * stretch * TOLERANCE;
}

/**
 * How long such a key still has to wait, in ms: not at all, since its polls are spread over the interval anyway. Only
 * while intervals are stretched its polls come more often than the budget can pay for.
 * @param luck from 0 to 1, another one for each key
 */
export function hastenedWait(pace: Pace, { intervalMs, stretch }: DueSpacing, luck: number): number {
  return Math.round(pollEvery(intervalMs, pace) * (stretch - 1) * luck);
}
