import { perPlatform, type PerPlatform } from '../src/shared/domain/platform.ts';

/** What a run is made of. All times follow from the interval, so that a short run is the same thing sooner. */
export interface Plan {
  readonly seed: string;
  readonly intervalMs: number;
  readonly streamers: PerPlatform<number>;
  /** So many are on the air at any time. */
  readonly live: number;
  /** So many begin, and as many end, every second. */
  readonly changesPerSecond: number;
  /** So long before they begin, some are announced. */
  readonly announcedMs: number;
  /** Follows and unfollows every second. */
  readonly wishesPerSecond: number;
  /** One process is restarted every so often. */
  readonly restartEveryMs: number;
  readonly graceMs: number;
  readonly batchMs: number;
  readonly sampleEveryMs: number;
  /** Nothing is judged before: memory fills up to what it needs. */
  readonly warmUpMs: number;
}

export interface PlanOptions {
  readonly seed: string;
  readonly keys: number;
  readonly intervalMs: number;
  readonly forMs: number;
}

const SECOND_MS = 1_000;
/** Of 30 intervals a streamer is on the air for 6. */
const [LIVE_INTERVALS, CYCLE_INTERVALS] = [6, 30];
/**
 * X allows 300 requests in 15 minutes and TwitCasting 60 a minute, and YouTube's feeds are left alone for a minute after a
 * few failures: with shorter intervals there is only Twitch.
 */
const LEAST_LIMITED_MS = 30 * SECOND_MS;
const LONGEST_WARM_UP_MS = 10 * 60 * SECOND_MS;

export function planFor({ seed, keys, intervalMs, forMs }: PlanOptions): Plan {
  const live = Math.max(1, Math.round((keys * LIVE_INTERVALS) / CYCLE_INTERVALS));
  return {
    ...{ seed, intervalMs, live, streamers: streamersOf(keys, intervalMs) },
    changesPerSecond: (keys / (CYCLE_INTERVALS * intervalMs)) * SECOND_MS,
    announcedMs: 2 * intervalMs,
    wishesPerSecond: Math.max(1, keys / 1_000),
    restartEveryMs: Math.max(5 * SECOND_MS, intervalMs / 2),
    graceMs: intervalMs,
    batchMs: intervalMs / 2,
    sampleEveryMs: Math.min(5 * SECOND_MS, Math.max(SECOND_MS, intervalMs / 4)),
    warmUpMs: Math.min(forMs / 3, LONGEST_WARM_UP_MS),
  };
}

/** Mostly Twitch, as with the bots that this is for; of the others as many as their limits let be looked at so often. */
function streamersOf(keys: number, intervalMs: number): PerPlatform<number> {
  const limited = intervalMs >= LEAST_LIMITED_MS;
  const youtube = limited ? Math.round(keys * 0.05) : 0;
  const twitter = limited ? Math.min(400, Math.round(keys * 0.02)) : 0;
  const twitcasting = limited ? Math.min(20, Math.round(keys * 0.01)) : 0;
  const counts = { youtube, twitter, twitcasting, twitch: keys - youtube - twitter - twitcasting };
  return perPlatform((platform) => counts[platform]);
}
