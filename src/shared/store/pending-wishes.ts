import type { FollowSource, Lane, NameWish, StreamName } from '../domain/follow.ts';
import { nameText } from '../platforms/adapter.ts';

/** A wish that waits for its name, with the row it waits in. */
export interface PendingWish {
  readonly id: bigint;
  readonly wish: NameWish;
}

/** A row of `pending_follow` as it is read. */
export interface PendingRow extends StreamName {
  readonly id: bigint;
  readonly action: 'follow' | 'unfollow';
  readonly guildId: string;
  readonly channelId: string;
  readonly userId: string | null;
  readonly saidAt: string;
  readonly priority: Lane | null;
  readonly source: FollowSource;
  readonly metadata: Record<string, unknown> | null;
}

export function pendingWish(row: PendingRow): PendingWish {
  const { id, platform, kind, name, action, guildId, channelId, userId, saidAt, priority, source, metadata } = row;
  const said = { target: { platform, kind, name }, guildId, userId, saidAt, source };
  if (action === 'unfollow') return { id, wish: { ...said, action } };
  return { id, wish: { ...said, action, channelId, priority, metadata } };
}

/** One of each wish that has a row of its own, the latest: a single statement may not touch a row twice. */
export function latestWishes(wishes: readonly NameWish[]): NameWish[] {
  const latest = new Map<string, NameWish>();
  for (const wish of wishes) {
    const channel = wish.action === 'follow' ? wish.channelId : '';
    const row = `${nameText(wish.target)} ${wish.guildId} ${channel} ${wish.action}`;
    const before = latest.get(row);
    if (!before || before.saidAt < wish.saidAt) latest.set(row, wish);
  }
  return [...latest.values()];
}
