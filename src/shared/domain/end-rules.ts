import type { PerPlatform } from './platform.ts';
import type { EndRule } from './verdict.ts';

/**
 * When a broadcast counts as over. Twitch and TwitCasting give a reconnect a new id and may end a session for a moment;
 * YouTube's `actualEndTime` and a confirmed end on X are final, while a video that vanished may be a cache's mistake.
 * @param graceMs the configured grace of each platform, in milliseconds
 */
export function endRules(graceMs: PerPlatform<number>): PerPlatform<EndRule> {
  return {
    youtube: { graceMs: graceMs.youtube, misses: 2, endedAtOnce: true, continues: false, oneAtATime: false },
    twitch: { graceMs: graceMs.twitch, misses: 2, endedAtOnce: false, continues: true, oneAtATime: true },
    twitter: { graceMs: graceMs.twitter, misses: 2, endedAtOnce: true, continues: false, oneAtATime: true },
    twitcasting: { graceMs: graceMs.twitcasting, misses: 2, endedAtOnce: false, continues: true, oneAtATime: true },
  };
}
