import type { FollowWish, Snowflake, StreamName } from './follow.ts';
import { keyText, type StreamKey } from './stream-key.ts';

/** How much may be followed. What is followed already stays, also when a limit is lowered below it. */
export interface FollowLimits {
  /** Most follows of one guild: a key in a channel is one. */
  readonly perGuild: number;
  /** Most follows of all guilds. */
  readonly follows: number;
  /** Most tracked keys. Pins count, but are never refused: an operator set them. */
  readonly keys: number;
}

export const UNLIMITED: FollowLimits = { perGuild: Infinity, follows: Infinity, keys: Infinity };

export type LimitName = 'guild' | 'follows' | 'keys';

export type KeyFollow = FollowWish & { readonly target: StreamKey };

/** A follow that no row stands for yet. */
export interface NewFollow {
  readonly wish: KeyFollow;
  /** Whether nobody wants its key so far. */
  readonly startsKey: boolean;
}

/** A follow that a limit keeps out, for good: its guild has to say it again. */
export interface RefusedFollow<T = StreamKey | StreamName> {
  readonly wish: FollowWish & { readonly target: T };
  readonly limit: LimitName;
  /** For people: which limit, and what to do. */
  readonly reason: string;
}

/** What there is before the new follows. */
export interface FollowedSoFar {
  readonly ofGuild: ReadonlyMap<Snowflake, number>;
  readonly follows: number;
  readonly keys: number;
}

/** Lets in the follows that were said first, as far as the limits go, so that all processes let in the same. */
export function admitFollows(
  fresh: readonly NewFollow[],
  limits: FollowLimits,
  sofar: FollowedSoFar,
): RefusedFollow<StreamKey>[] {
  const ofGuild = new Map(sofar.ofGuild);
  const started = new Set<string>();
  const refused: RefusedFollow<StreamKey>[] = [];
  let { follows } = sofar;
  for (const { wish, startsKey } of [...fresh].sort(bySaidAt)) {
    const key = keyText(wish.target);
    const held = ofGuild.get(wish.guildId) ?? 0;
    const isNewKey = startsKey && !started.has(key);
    const limit = limitReached({ held, follows, keys: sofar.keys + started.size }, limits, isNewKey);
    if (limit) refused.push({ wish, limit, reason: limitReason(limit, wish.guildId, limits) });
    else {
      ofGuild.set(wish.guildId, held + 1);
      follows++;
      if (isNewKey) started.add(key);
    }
  }
  return refused;
}

/** Says what is full, and what lets more in. */
export function limitReason(limit: LimitName, guildId: Snowflake, limits: FollowLimits): string {
  const full: Record<LimitName, string> = {
    guild: `guild ${guildId}: expected at most ${limits.perGuild} follows of one guild, and it has them; unfollow something, or raise FOLLOWS_PER_GUILD`,
    follows: `expected at most ${limits.follows} follows of all guilds, and they are there; raise MAX_FOLLOWS`,
    keys: `expected at most ${limits.keys} tracked keys, and they are there; raise MAX_KEYS`,
  };
  return full[limit];
}

interface Sums {
  readonly held: number;
  readonly follows: number;
  readonly keys: number;
}

function limitReached(sums: Sums, limits: FollowLimits, isNewKey: boolean): LimitName | undefined {
  if (sums.held >= limits.perGuild) return 'guild';
  if (sums.follows >= limits.follows) return 'follows';
  return isNewKey && sums.keys >= limits.keys ? 'keys' : undefined;
}

/** By when they were said; what was said at once by what it says. */
function bySaidAt({ wish: one }: NewFollow, { wish: other }: NewFollow): number {
  return compare(one.saidAt, other.saidAt) || compare(textOf(one), textOf(other));
}

function textOf({ target, guildId, channelId }: KeyFollow): string {
  return `${keyText(target)} ${guildId} ${channelId}`;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
