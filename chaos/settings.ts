import type { SomeLimits } from '../simulator/limits.ts';
import type { Pace } from '../simulator/pace.ts';
import type { PerPlatform } from '../src/shared/domain/platform.ts';
import type { Rules } from './checker/entry.ts';

const SECOND = 1_000;

/** On each platform: as many as its limits allow to be looked at so often. 210 in all. */
export const STREAMERS: PerPlatform<number> = { youtube: 40, twitch: 140, twitter: 26, twitcasting: 4 };

/** Of every ten, so many are followed by a guild of each shard from the beginning. */
export const FOLLOWED_OF_TEN = 9;

export const SHARDS = ['0', '1'] as const;

const POLL_MS: PerPlatform<number> = {
  youtube: 5 * SECOND,
  twitch: 3 * SECOND,
  twitter: 8 * SECOND, // X allows 300 requests in 15 minutes
  twitcasting: 8 * SECOND, // and TwitCasting 60 a minute, one for each key
};
const GRACE_MS = 8 * SECOND;
const BATCH_MS = 2 * SECOND;
/** Long enough for a fault to fall into a broadcast, and for the next one to be no return of the last one. */
export const PACE: Pace = {
  ...{
    leastLiveMs: 20 * SECOND,
    furtherLiveMs: 20 * SECOND,
    leastOfflineMs: 26 * SECOND,
    furtherOfflineMs: 10 * SECOND,
  },
  ...{ flapRate: 0.25, flapGapMs: 2 * SECOND, newIdRate: 0.5 },
  ...{ scheduleRate: 0.5, leadMs: 8 * SECOND, rescheduleRate: 0.3, cancelRate: 0.15 },
  pollMs: POLL_MS.youtube,
};

/** A day's quota of YouTube is for looks two minutes apart, not for five seconds. */
const YOUTUBE_UNITS = 100_000_000;
export const LIMITS: SomeLimits = { youtube: { unitsPerDay: YOUTUBE_UNITS } };

/** At the end, when nothing happens any more, every followed key is looked at in so long. */
export const QUIET_MS = 2 * Math.max(...Object.values(POLL_MS)) + 2 * SECOND;

export function rulesFor(recoverMs: number): Rules {
  return {
    what: 'rules',
    shards: [...SHARDS],
    timeMs: 2 * SECOND,
    silentEnds: ['twitch'],
    recoverMs,
    lookMs: 2 * SECOND,
    unfollowMs: 15 * SECOND,
    returnMs: { twitch: GRACE_MS, twitcasting: GRACE_MS },
    doubtMs: 3 * Math.max(...Object.values(POLL_MS)),
    restMs: 60 * SECOND,
    unwatchedMs: 60 * SECOND,
    unwatchedLooks: 60,
  };
}

/** Quick, in the proportions of the defaults. */
export function settingsOfRoles(): Record<string, string> {
  const ms = (value: number): string => `${value}ms`;
  return {
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: '0',
    LOG_LEVEL: 'info',
    YOUTUBE_DAILY_UNITS: String(YOUTUBE_UNITS),
    POLL_INTERVAL_YOUTUBE: ms(POLL_MS.youtube),
    POLL_INTERVAL_TWITCH: ms(POLL_MS.twitch),
    POLL_INTERVAL_TWITTER: ms(POLL_MS.twitter),
    POLL_INTERVAL_TWITCASTING: ms(POLL_MS.twitcasting),
    OFFLINE_GRACE_TWITCH: ms(GRACE_MS),
    OFFLINE_GRACE_TWITCASTING: ms(GRACE_MS),
    BATCH_INTERVAL: ms(BATCH_MS),
    URGENT_INTERVAL: '500ms',
    STATE_SYNC_INTERVAL: '30s',
  };
}
