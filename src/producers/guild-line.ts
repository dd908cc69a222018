import type { StreamName } from '../shared/domain/follow.ts';
import { keyText, type StreamKey } from '../shared/domain/stream-key.ts';
import { nameText } from '../shared/platforms/adapter.ts';
import type { HeardWish } from './heard-wish.ts';

/** What one guild wishes and nobody has carried out yet, of everything only the latest. */
export interface GuildLine {
  /**
   * Takes it, unless something later waits already.
   * @returns what need not be carried out any more: it, or what it takes the place of
   */
  put(heard: HeardWish): HeardWish[];
  /** Takes out the oldest of the action. */
  take(action: 'follow' | 'unfollow'): HeardWish | undefined;
  has(action: 'follow' | 'unfollow'): boolean;
  size(): number;
  bytes(): number;
}

export function createGuildLine(): GuildLine {
  const follows = new Map<string, HeardWish>();
  const unfollows = new Map<string, HeardWish>();
  /** Where the follows of a target wait, one for each channel. */
  const places = new Map<string, Set<string>>();
  let bytes = 0;

  function removeFollow(place: string, heard: HeardWish): HeardWish {
    follows.delete(place);
    const target = targetOf(heard);
    const left = places.get(target);
    left?.delete(place);
    if (left?.size === 0) places.delete(target);
    bytes -= heard.bytes;
    return heard;
  }

  function putUnfollow(target: string, heard: HeardWish): HeardWish[] {
    const before = unfollows.get(target);
    if (before && !isLater(heard, before)) return [heard];
    unfollows.set(target, heard);
    bytes += heard.bytes - (before?.bytes ?? 0);
    const undone = [...(places.get(target) ?? [])].flatMap((place) => {
      const follow = follows.get(place);
      return follow && !isLater(follow, heard) ? [removeFollow(place, follow)] : [];
    });
    return before ? [before, ...undone] : undone;
  }

  function putFollow(target: string, place: string, heard: HeardWish): HeardWish[] {
    const unfollow = unfollows.get(target);
    const before = follows.get(place);
    if ((unfollow && !isLater(heard, unfollow)) || (before && !isLater(heard, before))) return [heard];
    follows.set(place, heard);
    places.set(target, (places.get(target) ?? new Set()).add(place));
    bytes += heard.bytes - (before?.bytes ?? 0);
    return before ? [before] : [];
  }

  return {
    put(heard) {
      const { wish } = heard;
      const target = targetOf(heard);
      return wish.action === 'unfollow'
        ? putUnfollow(target, heard)
        : putFollow(target, `${target} ${wish.channelId}`, heard);
    },
    take(action) {
      const [first] = action === 'follow' ? follows : unfollows;
      if (!first) return undefined;
      const [place, heard] = first;
      if (action === 'follow') return removeFollow(place, heard);
      unfollows.delete(place);
      bytes -= heard.bytes;
      return heard;
    },
    has: (action) => (action === 'follow' ? follows : unfollows).size > 0,
    size: () => follows.size + unfollows.size,
    bytes: () => bytes,
  };
}

/** Timestamps of one form sort as text. On a tie an unfollow wins, and of two alike the first: as in the table. */
function isLater(one: HeardWish, other: HeardWish): boolean {
  return one.wish.saidAt > other.wish.saidAt;
}

function targetOf({ wish }: HeardWish): string {
  const target: StreamKey | StreamName = wish.target;
  return 'identifier' in target ? keyText(target) : nameText(target);
}
