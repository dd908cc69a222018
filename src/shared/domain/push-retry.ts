const FIRST_MS = 10_000;
const LONGEST_MS = 60 * 60_000;

/** How long a subscription that failed so many times in a row is left alone, in milliseconds. */
export function pushRetryAfter(failures: number): number {
  return Math.min(FIRST_MS * 2 ** Math.min(Math.max(failures - 1, 0), 20), LONGEST_MS);
}

/**
 * When a lease is renewed: at half of what is left of it, so that a platform may be away for days before it ends.
 * Null without a lease, or when it is over.
 */
export function pushRenewAt(leaseUntil: Date | null, now: Date): Date | null {
  if (leaseUntil === null || leaseUntil <= now) return null;
  return new Date((now.getTime() + leaseUntil.getTime()) / 2);
}
