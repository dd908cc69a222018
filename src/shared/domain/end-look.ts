import type { EndRule } from './verdict.ts';

/** Least time (ms) between two looks of which both must miss a broadcast: less would ask the same cached answer twice. */
const APART_MS = 15_000;
/** The grace is over only after its end. */
const JUST_AFTER_MS = 500;

/**
 * When a live broadcast that was not found is looked for again on account of that: at the end of its grace, when it is over
 * or back. Where polls are far apart, as behind pushes, its end would else be told that much later.
 * @returns null when that time has passed: then polls decide
 */
export function nextEndLook(missingSince: Date, { graceMs }: Pick<EndRule, 'graceMs'>, now: Date): Date | null {
  const at = new Date(missingSince.getTime() + Math.max(graceMs, APART_MS) + JUST_AFTER_MS);
  return at > now ? at : null;
}
