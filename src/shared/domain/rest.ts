const FIRST_MS = 2_000;
const LONGEST_MS = 20_000;

/**
 * How long a platform rests after so many failed looks in a row: one failure is chance, more are an outage, and an
 * outage is not ended by asking more often. Never so long that what happens after it is told half a minute late.
 * @returns milliseconds, 0 for no rest
 */
export function restAfter(failures: number): number {
  return failures < 2 ? 0 : Math.min(FIRST_MS * 2 ** (failures - 2), LONGEST_MS);
}
