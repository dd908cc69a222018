import { type PerPlatform, perPlatform, type Platform } from '../shared/domain/platform.ts';
import { keyText } from '../shared/domain/stream-key.ts';
import { check, dueSessions, type Evidence } from './check.ts';
import { requestsSince } from './check-requests.ts';
import type { Difference } from './difference.ts';
import type { Story, Told } from './story.ts';

export interface PlatformSummary {
  readonly followed: number;
  /** Broadcasts that had to be announced. */
  readonly due: number;
  readonly online: number;
  readonly offline: number;
  readonly requests: number;
  /** From the true start (or the follow, where that was later) to the shard. */
  readonly delayMs: { readonly median: number; readonly longest: number } | null;
}

export interface DemoSummary {
  /** What was announced is what happened. */
  readonly ok: boolean;
  /** False when it was stopped before it could be compared. */
  readonly checked: boolean;
  readonly seed: string;
  readonly seconds: number;
  /** From the call of the program to the first event at a shard. */
  readonly firstEventMs: number | null;
  readonly shards: number;
  readonly platforms: PerPlatform<PlatformSummary>;
  /** The key whose last follower left, and how often it was asked for after that. */
  readonly unfollowed: { readonly key: string; readonly requestsSince: number } | null;
  readonly differences: readonly Difference[];
}

export interface SummaryParts {
  readonly story: Story;
  readonly evidence: Evidence;
  readonly checked: boolean;
  readonly seed: string;
  readonly calledAt: Date;
  /** What cannot be seen in the evidence. */
  readonly further: readonly Difference[];
}

export function summaryOf({ story, evidence, checked, seed, calledAt, further }: SummaryParts): DemoSummary {
  const differences = checked ? [...further, ...check(evidence)] : [];
  const first = story.told[0];
  const left = evidence.follows.find((follow) => follow.unfollowedAt !== null);
  return {
    ok: differences.length === 0,
    checked,
    seed,
    seconds: Math.round((evidence.checkedAt.getTime() - calledAt.getTime()) / 1_000),
    firstEventMs: first ? first.heardAt.getTime() - calledAt.getTime() : null,
    shards: evidence.shards.length,
    platforms: perPlatform((platform) => platformSummary(platform, story, evidence)),
    unfollowed: left ? { key: keyText(left), requestsSince: requestsSince(left, evidence).length } : null,
    differences,
  };
}

function platformSummary(platform: Platform, story: Story, evidence: Evidence): PlatformSummary {
  const told = story.told.filter((one) => one.platform === platform);
  const online = told.filter((one) => one.direction === 'online');
  return {
    followed: evidence.follows.filter((follow) => follow.platform === platform).length,
    due: dueSessions(evidence).filter((session) => session.platform === platform).length,
    online: online.length,
    offline: told.length - online.length,
    requests: story.requests()[platform],
    delayMs: delays(online),
  };
}

/** Of some announcements; null when there is none whose truth is known. */
export function delays(told: readonly Told[]): PlatformSummary['delayMs'] {
  const known = told.flatMap(({ delay }) => (delay === null ? [] : [delay.ms])).sort((a, b) => a - b);
  const [median, longest] = [known[Math.floor(known.length / 2)], known.at(-1)];
  return median === undefined || longest === undefined ? null : { median, longest };
}
