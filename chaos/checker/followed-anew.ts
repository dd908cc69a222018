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
