import { PLATFORMS } from '../src/shared/domain/platform.ts';
import type { Plan } from './plan.ts';

export const SHARDS = ['0', '1'] as const;

/** The settings of the roles. What is not named has its default. */
export function settingsOfRoles({ intervalMs, graceMs, batchMs }: Plan): Record<string, string> {
  const ms = (value: number): string => `${Math.round(value)}ms`;
  const intervals = PLATFORMS.map((platform) => [`POLL_INTERVAL_${platform.toUpperCase()}`, ms(intervalMs)]);
  return {
    ...Object.fromEntries(intervals),
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: '0',
    LOG_LEVEL: 'info',
    YOUTUBE_DAILY_UNITS: '1000000',
    OFFLINE_GRACE_TWITCH: ms(graceMs),
    OFFLINE_GRACE_TWITCASTING: ms(graceMs),
    BATCH_INTERVAL: ms(batchMs),
    // Twice and more in every run, though a day has only 144 of them by default.
    STATE_SYNC_INTERVAL: ms(2 * intervalMs),
  };
}
