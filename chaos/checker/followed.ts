import type { Wish } from './entry.ts';
import type { Span } from './unclear.ts';

/**
 * The times in which at least one guild wanted a key, in order; the last one may end at Infinity.
 * @param wishes of this key alone
 */
export function followedSpans(wishes: readonly Wish[]): Span[] {
  const guilds = new Set<string>();
  const spans: Span[] = [];
  let from = 0;
  for (const { what, at, guild } of [...wishes].sort((a, b) => a.at - b.at)) {
    const before = guilds.size;
    if (what === 'follow') guilds.add(guild);
    else guilds.delete(guild);
    if (before === 0 && guilds.size > 0) from = at;
    if (before > 0 && guilds.size === 0) spans.push({ from, to: at });
  }
  return guilds.size > 0 ? [...spans, { from, to: Number.POSITIVE_INFINITY }] : spans;
}

/**
 * The times between them and after them: from when the last guild left until the next one is heard.
 * @param heardBy until when a word of that moment has been heard
 */
export function unfollowedSpans(followed: readonly Span[], heardBy: (at: number) => number): Span[] {
  return followed
    .filter(({ to }) => to !== Number.POSITIVE_INFINITY)
    .map(({ to }) => {
      const next = followed.find(({ from }) => from >= to)?.from;
      return { from: to, to: next === undefined ? Number.POSITIVE_INFINITY : heardBy(next) };
    });
}

/** Whether somebody wants it in the end. */
export function isFollowed(spans: readonly Span[]): boolean {
  return spans.at(-1)?.to === Number.POSITIVE_INFINITY;
}
