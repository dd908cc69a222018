import type { Broadcast, Rules } from './entry.ts';
import { isWithin, type Look, mayHaveShown, wasRead } from './looks.ts';
import type { Sight } from './sessions.ts';
import type { Unclear } from './unclear.ts';

/** @param looksAt requests that could show a broadcast, oldest first */
export function sightOf(unclear: Unclear, rules: Rules, looksAt: (broadcast: Broadcast) => readonly Look[]): Sight {
  return {
    wasBlindAtSeam(before, next) {
      const returnMs = rules.returnMs[next.platform] ?? 0;
      const [looks, lostAt] = [looksAt(next), before.endedAt ?? next.startedAt];
      const shown = looks.find(({ at, isProof }) => isProof && at >= next.startedAt);
      if (!shown) return true;
      // Whoever read that there is nothing, true or not, has counted from there.
      const missed = looks.find((look) => wasRead(look) && isWithin(look.at, { from: lostAt, to: next.startedAt }));
      const wasLiedTo = looks.some(
        ({ at, answer }) => answer === 'false' && at <= shown.at && at >= lostAt - rules.doubtMs,
      );
      return wasLiedTo || shown.until - (missed?.at ?? next.startedAt) >= returnMs;
    },
    mayBeKnown: (broadcast) =>
      looksAt(broadcast).some(
        (look) =>
          mayHaveShown(look) && isWithin(look.at, { from: broadcast.startedAt, to: broadcast.endedAt ?? Infinity }),
      ),
    looksLikeReturn(before, next) {
      const returnMs = rules.returnMs[next.platform];
      if (returnMs === undefined || before.endedAt === null) return false;
      const looks = looksAt(next);
      const missed = firstMiss(looks, before.endedAt, (at) => unclear.isDoubted(next.platform, at));
      const shown = looks.find((look) => mayHaveShown(look) && look.at >= next.startedAt);
      const lostAt = Math.min(missed?.until ?? next.startedAt, next.startedAt);
      return (shown?.at ?? next.startedAt) - lostAt <= returnMs + rules.timeMs;
    },
  };
}

/** The first look that must have shown that what ended then is gone. */
export function firstMiss(
  looks: readonly Look[],
  endedAt: number,
  isDoubted: (at: number) => boolean,
): Look | undefined {
  return looks.find(({ at, isProof }) => isProof && at >= endedAt && !isDoubted(at));
}
