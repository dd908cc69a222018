import type { Platform } from './platform.ts';
import type { StreamKey } from './stream-key.ts';

/** A 64-bit unsigned id, kept as decimal text: a JavaScript number would corrupt it silently. */
export type Snowflake = string;

export type Lane = 'urgent' | 'normal';

/** Where a follow came from: a shard's event, an operator's command, or the bot's own tables. */
export type FollowSource = 'event' | 'cli' | 'notice';

/** A name that stands for an identifier until the platform has told us which. */
export interface StreamName {
  readonly platform: Platform;
  readonly kind: 'login' | 'handle' | 'user' | 'custom' | 'video' | 'screen_name';
  readonly name: string;
}

interface Wish {
  readonly guildId: Snowflake;
  readonly userId: Snowflake | null;
  /** When it was said, ISO 8601 in UTC with microseconds: finer than a JavaScript Date. */
  readonly saidAt: string;
  readonly source: FollowSource;
}

/** A guild wants the key's changes in one of its channels. */
export interface FollowWish extends Wish {
  readonly action: 'follow';
  readonly channelId: Snowflake;
  readonly priority: Lane | null;
  readonly metadata: Record<string, unknown> | null;
}

/** A guild no longer wants the key, in any of its channels. */
export interface UnfollowWish extends Wish {
  readonly action: 'unfollow';
}

/** A wish about `T`: a stream key, or a name still to be resolved. */
export type WishFor<T> = (FollowWish | UnfollowWish) & { readonly target: T };

export type KeyWish = WishFor<StreamKey>;
export type NameWish = WishFor<StreamName>;
