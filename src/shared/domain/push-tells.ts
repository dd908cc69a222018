import type { PerPlatform } from './platform.ts';

/**
 * What push saves us from polling for. `both`: begin and end. `begin`: only the poll finds the end. `discovery`: only that
 * a broadcast exists; its begin and end are found by looking around its time.
 */
export type PushTells = 'both' | 'begin' | 'discovery';

/** A YouTube hub tells that there is a new video, never that it went live. */
export const PUSH_TELLS: PerPlatform<PushTells> = {
  youtube: 'discovery',
  twitch: 'both',
  twitter: 'both',
  twitcasting: 'both',
};
