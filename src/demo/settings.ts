import { VARIABLES } from '../shared/config/variables.ts';
import { type PerPlatform, perPlatform } from '../shared/domain/platform.ts';

/** How quick everything is in the demo, in ms. It follows from how many streamers are followed on each platform. */
export interface DemoTimes {
  /** The platforms push. */
  readonly pushed: boolean;
  readonly pollMs: PerPlatform<number>;
  readonly graceMs: PerPlatform<number>;
  readonly batchMs: number;
}

const SECOND = 1_000;

/** More keys than this would have to be looked at so rarely that whole broadcasts fit between two looks. */
export const MOST_TWITCASTING = 8;

/** Far more than the demo can spend, so that a long one is not slowed down to a day's real quota. */
export const YOUTUBE_UNITS = 1_000_000;

/** So rarely are keys looked at where the platforms push: what is told in time was pushed. */
const SAFETY_NET_MS = 5 * 60 * SECOND;

/**
 * The simulated connections break for 2 s, and 24 s at least lie between two broadcasts. TwitCasting is looked at so seldom
 * that on a busy machine two looks at a live key may be 8 s apart: what began again meanwhile would be another broadcast.
 */
const GRACE_MS: PerPlatform<number> = { youtube: 0, twitch: 8 * SECOND, twitter: 0, twitcasting: 12 * SECOND };

/**
 * @param followed how many streamers on each platform
 * @param push whether the platforms push
 */
export function demoTimes(followed: PerPlatform<number>, push: boolean): DemoTimes {
  return {
    pushed: push,
    pollMs: push ? perPlatform(() => SAFETY_NET_MS) : pollTimes(followed),
    graceMs: GRACE_MS,
    batchMs: 2 * SECOND,
  };
}

function pollTimes(followed: PerPlatform<number>): PerPlatform<number> {
  return {
    youtube: 4 * SECOND,
    twitch: 4 * SECOND,
    // X allows 300 requests in 15 minutes.
    twitter: 8 * SECOND,
    // TwitCasting allows 60 a minute, and each key needs one of its own, twice as often while it is live.
    twitcasting: Math.max(4 * SECOND, followed.twitcasting * 2.5 * SECOND),
  };
}

export interface EnvironmentParts {
  /** Our own environment. */
  readonly inherited: Readonly<Record<string, string | undefined>>;
  /** What points at the simulator. */
  readonly simulator: Readonly<Record<string, string>>;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly times: DemoTimes;
  /** Where the platforms reach role web; null: they do not push. */
  readonly publicUrl: string | null;
}

/** The environment of the roles. None of our own settings gets through: real credentials must not meet the demo. */
export function demoEnvironment(parts: EnvironmentParts): Record<string, string> {
  const { times, simulator, databaseUrl, redisUrl } = parts;
  const ms = (value: number): string => `${Math.round(value)}ms`;
  return {
    ...withoutSettings(parts.inherited),
    ...simulator,
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: '0',
    LOG_LEVEL: 'info',
    YOUTUBE_DAILY_UNITS: String(YOUTUBE_UNITS),
    POLL_INTERVAL_YOUTUBE: ms(times.pollMs.youtube),
    POLL_INTERVAL_TWITCH: ms(times.pollMs.twitch),
    POLL_INTERVAL_TWITTER: ms(times.pollMs.twitter),
    POLL_INTERVAL_TWITCASTING: ms(times.pollMs.twitcasting),
    OFFLINE_GRACE_YOUTUBE: ms(times.graceMs.youtube),
    OFFLINE_GRACE_TWITCH: ms(times.graceMs.twitch),
    OFFLINE_GRACE_TWITTER: ms(times.graceMs.twitter),
    OFFLINE_GRACE_TWITCASTING: ms(times.graceMs.twitcasting),
    BATCH_INTERVAL: ms(times.batchMs),
    URGENT_INTERVAL: '500ms',
    STATE_SYNC_INTERVAL: '30s',
    ...(parts.publicUrl !== null && { PUBLIC_URL: parts.publicUrl, TWITTER_PUSH: 'on' }),
  };
}

export function withoutSettings(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.entries(env).filter(([name, value]) => value !== undefined && !Object.hasOwn(VARIABLES, name));
  return Object.fromEntries(entries) as Record<string, string>;
}
