const FIRST_MS = 100;
const LONGEST_MS = 5_000;

/** How long to wait after so many failures in a row, in ms. */
export function backoffMs(failures: number): number {
  return Math.min(FIRST_MS * 2 ** Math.min(failures - 1, 10), LONGEST_MS);
}
