import type { KeyWish } from '../shared/domain/follow.ts';
import type { Metrics } from '../shared/runtime/metrics.ts';
import type { TrackingStore } from '../shared/store/tracking-store.ts';
import type { CarryOut } from './carry-out.ts';

export interface FollowParts {
  readonly tracking: Pick<TrackingStore, 'apply'>;
  readonly carryOut: CarryOut;
  readonly metrics: Pick<Metrics, 'wishes'>;
}

/**
 * The counting rule: the first follow of a key starts its polling, the last unfollow stops it.
 * A batch may be applied again when it failed half way; nothing is counted twice.
 */
export function createApplyWishes({ tracking, carryOut, metrics }: FollowParts) {
  return async function applyWishes(wishes: readonly KeyWish[]): Promise<void> {
    const change = await tracking.apply(wishes);
    for (const wish of wishes) metrics.wishes.inc({ platform: wish.target.platform, action: wish.action });
    await carryOut(change);
  };
}

export type ApplyWishes = ReturnType<typeof createApplyWishes>;
