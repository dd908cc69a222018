import type { FollowWish, KeyWish, UnfollowWish } from './follow.ts';
import { keyText, type StreamKey } from './stream-key.ts';

export interface FoldedWishes {
  readonly keys: StreamKey[];
  /** The latest follow of each key, guild and channel. */
  readonly follows: (FollowWish & { target: StreamKey })[];
  /** The latest unfollow of each key and guild. */
  readonly unfollows: (UnfollowWish & { target: StreamKey })[];
}

/** Reduces wishes to what can still matter when the latest event wins. Their order does not matter. */
export function foldWishes(wishes: readonly KeyWish[]): FoldedWishes {
  const keys = new Map<string, StreamKey>();
  const follows = new Map<string, FollowWish & { target: StreamKey }>();
  const unfollows = new Map<string, UnfollowWish & { target: StreamKey }>();
  for (const wish of wishes) {
    const key = keyText(wish.target);
    keys.set(key, wish.target);
    if (wish.action === 'follow') keepLatest(follows, `${key} ${wish.guildId} ${wish.channelId}`, wish);
    else keepLatest(unfollows, `${key} ${wish.guildId}`, wish);
  }
  return { keys: [...keys.values()], follows: [...follows.values()], unfollows: [...unfollows.values()] };
}

/** Microsecond timestamps of one form sort as text. */
function keepLatest<T extends { saidAt: string }>(latest: Map<string, T>, id: string, wish: T): void {
  const before = latest.get(id);
  if (!before || before.saidAt < wish.saidAt) latest.set(id, wish);
}
