import type { TrueBroadcast } from '../../simulator/broadcast.ts';
import type { Platform } from '../shared/domain/platform.ts';
import { type Difference, difference } from './difference.ts';
import type { FollowedKey, Tolerance } from './expectation.ts';

/** One request that reached the simulator. */
export interface SeenRequest {
  readonly at: Date;
  readonly platform: Platform;
  /** The channels, users or broadcasts it asked for. */
  readonly ids: readonly string[];
}

export interface RequestEvidence {
  readonly follows: readonly FollowedKey[];
  readonly history: readonly TrueBroadcast[];
  readonly requests: readonly SeenRequest[];
  readonly tolerance: Tolerance;
}

/** Nobody asks for a key that nobody follows. */
export function checkRequests(evidence: RequestEvidence): Difference[] {
  return evidence.follows.flatMap((follow) => {
    const late = requestsSince(follow, evidence);
    if (late.length === 0 || !follow.unfollowedAt) return [];
    const seconds = ((late[0]?.at.getTime() ?? 0) - follow.unfollowedAt.getTime()) / 1_000;
    const text = `${late.length} requests were made for it after its last follower had left, the first ${seconds} s later`;
    return [difference('late-request', follow, text)];
  });
}

/** Requests for a key, or for one of its broadcasts, since its last follower has left; none while it is followed. */
export function requestsSince(follow: FollowedKey, evidence: Omit<RequestEvidence, 'follows'>): SeenRequest[] {
  const { platform, identifier, unfollowedAt } = follow;
  if (unfollowedAt === null) return [];
  const own = evidence.history.filter((one) => one.platform === platform && one.identifier === identifier);
  const names = new Set([identifier, ...own.map(({ id }) => id)]);
  const since = unfollowedAt.getTime() + evidence.tolerance.unfollowMs;
  return evidence.requests.filter(
    (one) => one.platform === platform && one.at.getTime() > since && one.ids.some((id) => names.has(id)),
  );
}
