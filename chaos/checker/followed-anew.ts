import type { Telling } from './check-listener.ts';
import type { Span } from './unclear.ts';

/**
 * Leaves out what somebody is told again because it was followed again: a comparison took the broadcast away while nobody
 * followed its key, and then it is news once more. Only where it was unfollowed and followed in between.
 * @param told of one broadcast, in order
 * @param followed when its key was
 */
export function withoutFollowedAnew(told: readonly Telling[], followed: readonly Span[]): Telling[] {
  const kept: Telling[] = [];
  for (const one of told) {
    const [before, gone] = kept.slice(-2);
    const isAgain = one.direction === 'online' && gone?.isGuess === true && before?.direction === 'online';
    const isAnew = isAgain && followed.some(({ from }) => before.at < from && from <= one.at);
    if (isAnew) kept.pop();
    else kept.push(one);
  }
  return kept;
}

/** Whether a comparison may have taken it away because nobody followed its key at some moment since it was told. */
export function wasTakenAway(off: Telling, on: readonly Telling[], followed: readonly Span[]): boolean {
  const since = on.findLast(({ id, at }) => id === off.id && at <= off.at)?.at;
  return off.isGuess && since !== undefined && followed.some(({ to }) => since < to && to <= off.at);
}
