import type { PerPlatform } from '../domain/platform.ts';

/**
 * Where the recorder is asked to record, one plain text each; null: it has none for the platform.
 * Only ever published to. How many listen is the recorder's sign of presence for everybody, so nobody else may
 * subscribe to them, nor by a pattern.
 */
export const RECORD_CHANNELS: PerPlatform<string | null> = {
  youtube: 'youtube.record',
  twitch: 'twitch.record',
  twitter: null,
  twitcasting: 'twitcasting.record',
};
