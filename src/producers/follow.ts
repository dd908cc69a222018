import type { KeyWish } from '../shared/domain/follow.ts';
import type { RefusedFollow } from '../shared/domain/follow-limits.ts';
import type { StreamKey } from '../shared/domain/stream-key.ts';
import type { Metrics } from '../shared/runtime/metrics.ts';
import type { TrackingStore } from '../shared/store/tracking-store.ts';
import type { CarryOut } from './carry-out.ts';

export interface FollowParts {
  readonly tracking: Pick<TrackingStore, 'apply'>;
  readonly carryOut: CarryOut;
  readonly metrics: Pick<Metrics, 'wishes' | 'followsRefused'>;
}

/**
 * The counting rule: the first follow of a key starts its polling, the last unfollow stops it.
 * A batch may be applied again when it failed half way; nothing is counted twice.
 * @returns the follows that a limit keeps out; whoever said them, or an operator, has to be told
 */
export function createApplyWishes({ tracking, carryOut, metrics }: FollowParts) {
  return async function applyWishes(wishes: readonly KeyWish[]): Promise<readonly RefusedFollow<StreamKey>[]> {
    const { refused, ...change } = await tracking.apply(wishes);
    for (const wish of wishes) metrics.wishes.inc({ platform: wish.target.platform, action: wish.action });
    for (const { limit } of refused) metrics.followsRefused.inc({ limit });
    await carryOut(change);
    return refused;
  };
}

export type ApplyWishes = ReturnType<typeof createApplyWishes>;
