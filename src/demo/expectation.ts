import type { TrueBroadcast } from '../../simulator/broadcast.ts';
import type { Session } from '../../simulator/sessions.ts';
import type { PerPlatform } from '../shared/domain/platform.ts';
import type { StreamKey } from '../shared/domain/stream-key.ts';

/** A key from its first follow to its last unfollow. */
export interface FollowedKey extends StreamKey {
  readonly followedAt: Date;
  /** Null while it is followed. */
  readonly unfollowedAt: Date | null;
}

/** What polling can promise, in ms. */
export interface Tolerance {
  /** What was live for so long while it was followed must have been seen. */
  readonly leastLiveMs: PerPlatform<number>;
  /** So long after its first follow a key is surely pushed and was looked at once more; 0 where it is polled. */
  readonly pushedAfterMs: number;
  /** By how much an announced end may differ: some platforms do not tell the end, it is when a look missed it. */
  readonly endMs: PerPlatform<number>;
  /** Where the platform does not tell it: an end that was looked for late is told late. */
  readonly endIsSeen: PerPlatform<boolean>;
  /** The same for a start: platforms tell it to the second. */
  readonly startMs: number;
  /** How long after its end a session is told of at the latest, where it has to be. */
  readonly endToldMs: PerPlatform<number>;
  /** Whether an end may still be untold when everything is compared: only polls find it, and they are far apart. */
  readonly endMayWait: PerPlatform<boolean>;
  /** What was under way when the last guild left may still happen. */
  readonly unfollowMs: number;
}

/** What must, may or must not be told. */
export type Duty = 'must' | 'may' | 'never';

export interface Expectation {
  readonly online: Duty;
  readonly offline: Duty;
}

/** What one session has to lead to for a key that was followed for a time. */
export function expectationOf(
  session: Session,
  follow: FollowedKey,
  { tolerance, checkedAt }: { tolerance: Tolerance; checkedAt: Date },
): Expectation {
  const { platform, startedAt, endedAt } = session;
  const left = follow.unfollowedAt?.getTime() ?? Number.POSITIVE_INFINITY;
  const ended = endedAt?.getTime() ?? Number.POSITIVE_INFINITY;
  const seenMs = followedMs(session, follow, { tolerance, checkedAt });
  const inTime = ended > follow.followedAt.getTime() - tolerance.startMs;
  const couldBeSeen = inTime && startedAt.getTime() < left + tolerance.unfollowMs;
  if (!couldBeSeen) return { online: 'never', offline: 'never' };
  const online = seenMs >= tolerance.leastLiveMs[platform] ? 'must' : 'may';
  if (endedAt === null || ended > left + tolerance.unfollowMs) return { online, offline: 'never' };
  const isDue = !tolerance.endMayWait[platform] && left - ended > tolerance.endToldMs[platform];
  return { online, offline: isDue ? 'must' : 'may' };
}

/** How long something was live while it was followed and had to be seen, in ms; negative when never. */
export function followedMs(
  { startedAt, endedAt }: Pick<TrueBroadcast, 'startedAt' | 'endedAt'>,
  { followedAt, unfollowedAt }: FollowedKey,
  { tolerance, checkedAt }: { tolerance: Pick<Tolerance, 'pushedAfterMs'>; checkedAt: Date },
): number {
  const begun = startedAt?.getTime() ?? Number.POSITIVE_INFINITY;
  const from = Math.max(begun, followedAt.getTime() + tolerance.pushedAfterMs);
  const until = Math.min((endedAt ?? checkedAt).getTime(), (unfollowedAt ?? checkedAt).getTime());
  return until - from;
}
