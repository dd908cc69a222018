import { PLATFORMS } from '../shared/domain/platform.ts';
import type { Tolerance } from './expectation.ts';

/** When what happens, in ms since everybody follows. Infinity: never. */
export interface Timeline {
  /** The first of two guilds leaves: somebody still follows. */
  readonly firstLeaves: number;
  /** The last one leaves. */
  readonly lastLeaves: number;
  /** The simulated streamers stand still, so that everything can be told. */
  readonly freeze: number;
  /** The least that is waited for, and the most when something is still to be told. */
  readonly end: number;
  readonly deadline: number;
}

const SECOND = 1_000;

/** The shortest demo in which something can begin, end, be unfollowed and be compared. */
export const SHORTEST_MS = 20 * SECOND;

/** A machine that is busy with other things gets so much longer to tell what it has to. */
const PATIENCE_MS = 60 * SECOND;

/** @param forMs null: until somebody ends it */
export function timelineOf(forMs: number | null, { leastLiveMs }: Tolerance): Timeline {
  if (forMs === null) {
    const never = Number.POSITIVE_INFINITY;
    return { firstLeaves: 15 * SECOND, lastLeaves: 25 * SECOND, freeze: never, end: never, deadline: never };
  }
  // Whatever is live when everything stands still must have been live long enough at the end.
  const standing = Math.max(...PLATFORMS.map((platform) => leastLiveMs[platform])) + SECOND;
  const freeze = Math.max(forMs / 2, forMs - standing);
  return {
    firstLeaves: Math.min(15 * SECOND, freeze * 0.3),
    lastLeaves: Math.min(25 * SECOND, freeze * 0.6),
    freeze,
    end: Math.max(forMs, freeze + standing),
    deadline: freeze + standing + PATIENCE_MS,
  };
}
