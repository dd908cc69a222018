/** How quickly a random world lives. Durations in milliseconds, rates from 0 to 1. */
export interface Pace {
  /** What every broadcast lasts at least, and how much longer on average. */
  readonly leastLiveMs: number;
  readonly furtherLiveMs: number;
  /** The same for the time between broadcasts. */
  readonly leastOfflineMs: number;
  readonly furtherOfflineMs: number;
  /** Share of Twitch and TwitCasting broadcasts whose connection breaks once, for how long, and how many of those return under a new id. */
  readonly flapRate: number;
  readonly flapGapMs: number;
  readonly newIdRate: number;
  /** Share of YouTube and X broadcasts that are announced beforehand, how long before, and how many of those move or never happen. */
  readonly scheduleRate: number;
  readonly leadMs: number;
  readonly rescheduleRate: number;
  readonly cancelRate: number;
  /** How often to look so that nothing is missed; the real intervals at the real pace. */
  readonly pollMs: number;
}

const RATES = { flapRate: 0.25, newIdRate: 0.5, scheduleRate: 0.5, rescheduleRate: 0.3, cancelRate: 0.15 };
const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];

/** As streamers really are: on air for some hours, every other day. */
const REAL: Pace = {
  ...RATES,
  leastLiveMs: 15 * MINUTE,
  furtherLiveMs: 2 * HOUR,
  leastOfflineMs: 30 * MINUTE,
  furtherOfflineMs: 24 * HOUR,
  flapGapMs: 30 * SECOND,
  leadMs: 6 * HOUR,
  pollMs: MINUTE,
};

/** For somebody who watches: a dozen streamers make an event every few seconds. */
const DEMO: Pace = {
  ...RATES,
  leastLiveMs: 15 * SECOND,
  furtherLiveMs: 15 * SECOND,
  leastOfflineMs: 24 * SECOND,
  furtherOfflineMs: 10 * SECOND,
  flapGapMs: 2 * SECOND,
  leadMs: 8 * SECOND,
  pollMs: 4 * SECOND,
};

/**
 * @param text `demo`, `real`, or an acceleration of the real pace such as `60x`
 * @returns undefined when it is none of these
 */
export function paceFrom(text: string): Pace | undefined {
  if (text === 'demo') return DEMO;
  if (text === 'real') return REAL;
  const factor = Number(/^(\d+(?:\.\d+)?)x$/.exec(text)?.[1] ?? 0);
  return factor > 0 ? accelerated(REAL, factor) : undefined;
}

/** The same world, `factor` times as quick. */
export function accelerated(pace: Pace, factor: number): Pace {
  const quicker = Object.entries(pace).map(([name, value]) => [name, name.endsWith('Ms') ? value / factor : value]);
  return Object.fromEntries(quicker) as unknown as Pace;
}

/**
 * Poll intervals and graces that suit a pace: a flap stays within the grace, the next broadcast does not.
 * The bounds are those of Tallylight's own settings.
 */
export function settingsFor(pace: Pace): Record<string, string> {
  const pollMs = Math.max(SECOND, Math.round(pace.pollMs));
  const poll = `${pollMs}ms`;
  const grace = `${Math.round(pace.flapGapMs) + 2 * pollMs + SECOND}ms`;
  return {
    POLL_INTERVAL_YOUTUBE: poll,
    POLL_INTERVAL_TWITCH: poll,
    POLL_INTERVAL_TWITTER: poll,
    POLL_INTERVAL_TWITCASTING: poll,
    OFFLINE_GRACE_TWITCH: grace,
    OFFLINE_GRACE_TWITCASTING: grace,
  };
}
