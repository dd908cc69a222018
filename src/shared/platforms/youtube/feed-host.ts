import type { Clock } from '../../runtime/clock.ts';

/**
 * How the host of the feeds fares, in this process. For hours on end it answers 404 or 500 for every channel, or
 * refuses an address; it is then left alone, ever longer, and tried with a few requests.
 */
export interface FeedHost {
  /** False while it rests. */
  mayAsk(): boolean;
  /** The feed of this channel was read. */
  worked(channelId: string): void;
  failed(): void;
  /** It told us to go away, for so long if it said so. */
  refused(until: Date | null): void;
  /** A channel whose feed was read a moment ago; null when feeds do not work now. */
  working(): string | null;
}

const FAILURES_TO_REST = 10;
const TRIES_AFTER_REST = 3;
const SHORTEST_REST_MS = 60_000;
const LONGEST_REST_MS = 15 * 60_000;
const REFUSED_REST_MS = 5 * 60_000;
const RECENT_MS = 5 * 60_000;

export function createFeedHost(clock: Clock): FeedHost {
  let failures = 0;
  let restMs = SHORTEST_REST_MS;
  let restUntil = 0;
  let last: { readonly channelId: string; readonly at: number } | null = null;
  const now = (): number => clock.now().getTime();

  return {
    mayAsk: () => now() >= restUntil,
    worked(channelId) {
      failures = 0;
      restMs = SHORTEST_REST_MS;
      last = { channelId, at: now() };
    },
    failed() {
      failures += 1;
      if (failures < FAILURES_TO_REST || now() < restUntil) return;
      failures = FAILURES_TO_REST - TRIES_AFTER_REST;
      restUntil = now() + restMs;
      restMs = Math.min(restMs * 2, LONGEST_REST_MS);
    },
    refused(until) {
      restUntil = Math.max(restUntil, until?.getTime() ?? now() + REFUSED_REST_MS);
    },
    working: () => (last !== null && now() - last.at < RECENT_MS ? last.channelId : null),
  };
}
