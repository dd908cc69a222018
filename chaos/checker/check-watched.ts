import type { Difference } from './difference.ts';
import type { Rules, Streamer } from './entry.ts';
import { type Look, mayHaveShown } from './looks.ts';
import { clearMs, type Span, type Unclear } from './unclear.ts';

export interface WatchedParts {
  readonly streamers: readonly Streamer[];
  readonly followed: (streamer: Streamer) => readonly Span[];
  readonly looks: (streamer: Streamer) => readonly Look[];
  readonly unclear: Unclear;
  readonly rules: Rules;
  /** Until when was recorded. */
  readonly until: number;
}

/**
 * A key that is followed is looked at, again and again: only what is broken, and a platform that asked to be left alone,
 * excuses that nobody looks. Without this, whoever never looks could not be blamed for what was never seen. That others
 * were looked at meanwhile shows that it was not the machine that was slow.
 */
export function checkWatched({ streamers, followed, looks, unclear, rules, until }: WatchedParts): Difference[] {
  const answered = new Map(streamers.map((one) => [one, looks(one).filter(mayHaveShown)]));
  const mostIn = (gap: Span): number =>
    Math.max(0, ...[...answered.values()].map((own) => own.filter(({ at }) => gap.from < at && at < gap.to).length));
  return streamers.flatMap((streamer): Difference[] => {
    const { platform, key } = streamer;
    const long = followed(streamer)
      .flatMap(({ from, to }) => gaps(answered.get(streamer) ?? [], { from, to: Math.min(to, until) }))
      .map((gap) => ({ gap, ms: clearMs(unclear.spans(platform), gap) }))
      .find(({ gap, ms }) => ms > rules.unwatchedMs && mostIn(gap) >= rules.unwatchedLooks);
    if (!long) return [];
    const text = `was followed, but for ${Math.round(long.ms / 1_000)} s nobody asked for it, which nothing excuses`;
    return [{ kind: 'unwatched', about: `${platform}/${key}`, text }];
  });
}

function gaps(looks: readonly Look[], { from, to }: Span): Span[] {
  const times = [from, ...looks.map(({ at }) => at).filter((at) => from < at && at < to), to];
  return times.slice(1).map((at, index) => ({ from: times[index] ?? from, to: at }));
}
