import type { Telling } from './check-listener.ts';
import type { Span } from './unclear.ts';

/**
 * Leaves out what somebody is told again because it was followed again: a comparison took the broadcast away while nobody
 * followed its key, and then it is news once more.
 * @param told of one broadcast, in order
 * @param unfollowed when nobody followed its key, as far as could be known
 */
export function withoutFollowedAnew(told: readonly Telling[], unfollowed: readonly Span[]): Telling[] {
  const between = unfollowed.filter(({ to }) => to !== Number.POSITIVE_INFINITY);
  const kept: Telling[] = [];
  for (const one of told) {
    const [before, gone] = kept.slice(-2);
    const isAgain = one.direction === 'online' && gone?.direction === 'offline' && before?.direction === 'online';
    if (isAgain && wasTakenAway(gone, [before], between)) kept.pop();
    else kept.push(one);
  }
  return kept;
}

/** Whether a comparison may have taken it away because nobody followed its key at some moment since it was told. */
export function wasTakenAway(off: Telling, on: readonly Telling[], unfollowed: readonly Span[]): boolean {
  const since = on.findLast(({ id, at }) => id === off.id && at <= off.at)?.at;
  return off.isGuess && since !== undefined && unfollowed.some(({ from, to }) => from <= off.at && since <= to);
}
