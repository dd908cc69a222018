import type { Asked, Broadcast, Rules } from './entry.ts';
import type { Sight } from './sessions.ts';
import type { Unclear } from './unclear.ts';

/** An answer may be a moment older than its request, and is judged a moment later. */
const SLACK_MS = 2_000;

/** @param looksAt requests that were answered truly and could show a broadcast, oldest first */
export function sightOf(unclear: Unclear, rules: Rules, looksAt: (broadcast: Broadcast) => readonly Asked[]): Sight {
  return {
    wasBlindAtSeam(before, next) {
      const [from, to] = [(before.endedAt ?? next.startedAt) - rules.seamMs, next.startedAt + rules.seamMs];
      return unclear.touches(next.platform, { from, to });
    },
    looksLikeReturn(before, next) {
      const returnMs = rules.returnMs[next.platform];
      const endedAt = before.endedAt ?? Number.POSITIVE_INFINITY;
      if (returnMs === undefined || !unclear.touches(next.platform, { from: endedAt, to: next.startedAt }))
        return false;
      const looks = looksAt(next);
      const missed = looks.find(({ at, platform }) => at >= endedAt && !unclear.isBroken(platform, at, rules.lookMs));
      const shown = looks.find(({ at }) => at >= next.startedAt);
      const goneMs = next.startedAt - (missed?.at ?? next.startedAt);
      const agedMs = (shown?.at ?? next.startedAt) - next.startedAt;
      return goneMs <= returnMs + SLACK_MS && agedMs <= returnMs + SLACK_MS;
    },
  };
}
