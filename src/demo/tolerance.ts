import { perPlatform } from '../shared/domain/platform.ts';
import type { Tolerance } from './expectation.ts';
import type { DemoTimes } from './settings.ts';

const SECOND = 1_000;

/** Polls are spread, and a busy machine runs late. */
const LATE_MS = 5 * SECOND;

/** Who leaves is heard by role listen, and is polled no more once that has come through. */
const LEFT_LATE_MS = 10 * SECOND;

/** Role sync sees every 20 s which keys are pushed, and has them looked at once more. */
const PUSHED_AFTER_MS = 30 * SECOND;

/** What Tallylight can promise with these settings. */
export function toleranceOf({ pollMs, graceMs, batchMs, pushed }: DemoTimes): Tolerance {
  return {
    // Budgets may stretch an interval by a quarter before anybody would call it slow. What is pushed needs no interval.
    leastLiveMs: perPlatform((platform) => (pushed ? 0 : 1.25 * pollMs[platform]) + LATE_MS),
    pushedAfterMs: pushed ? PUSHED_AFTER_MS : 0,
    // Only Twitch does not tell when a broadcast ended: its end is the first look that missed it.
    endMs: perPlatform((platform) => (platform === 'twitch' ? (pushed ? 0 : pollMs.twitch) + LATE_MS : 2 * SECOND)),
    endIsSeen: perPlatform((platform) => platform === 'twitch'),
    startMs: 2 * SECOND,
    endToldMs: perPlatform((platform) => {
      return (pushed ? LATE_MS : 2.5 * pollMs[platform]) + graceMs[platform] + batchMs + LATE_MS;
    }),
    endMayWait: perPlatform((platform) => pushed && platform === 'youtube'),
    unfollowMs: LEFT_LATE_MS,
  };
}
