import type { FollowWish, KeyWish, UnfollowWish } from '../../src/shared/domain/follow.ts';
import type { StreamKey } from '../../src/shared/domain/stream-key.ts';

/** The instant `tick` microseconds after a fixed start, as wishes carry it. */
export function saidAt(tick: number): string {
  return `2026-01-01T00:00:00.${String(tick).padStart(6, '0')}Z`;
}

export function followWish(target: StreamKey, over: Partial<FollowWish> = {}): KeyWish {
  const plain = { userId: null, priority: null, metadata: null, source: 'event' } as const;
  return { action: 'follow', target, guildId: '1', channelId: '10', saidAt: saidAt(1), ...plain, ...over };
}

export function unfollowWish(target: StreamKey, over: Partial<UnfollowWish> = {}): KeyWish {
  return { action: 'unfollow', target, guildId: '1', userId: null, source: 'event', saidAt: saidAt(2), ...over };
}
