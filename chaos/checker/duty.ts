import type { Rules } from './entry.ts';
import { isWithin, type Look, mayHaveShown, wasRead } from './looks.ts';
import { beginOf, endOf, type Session } from './sessions.ts';
import { firstMiss } from './sight.ts';
import type { Span, Unclear } from './unclear.ts';

export type Duty = 'must' | 'may' | 'never';

/** What is known about one session beside itself. */
export interface Circumstances {
  readonly followed: readonly Span[];
  /** Requests that could show one of its broadcasts. */
  readonly looks: readonly Look[];
  /** Requests that must lead whoever asks to every broadcast of the key, though they may show none. */
  readonly listings: readonly Look[];
  readonly unclear: Unclear;
  readonly rules: Rules;
  /** Until when was recorded. */
  readonly until: number;
}

/** A true answer is as old as its second, and a request takes a moment. */
const BORDER_MS = 1_000;

/** So many listings must lead to what they list: an announced one may be left alone until shortly before it begins. */
const LEAST_LISTINGS = 3;

/** Whether its beginning has to be told. */
export function onlineDuty(session: Session, circumstances: Circumstances): Duty {
  const { followed, looks, unclear, rules } = circumstances;
  const [begin, end] = [beginOf(session), endOf(session)];
  const late = (span: Span): number => unclear.clearFrom(session.platform, span.to) + rules.unfollowMs;
  const wasWanted = followed.some((span) => begin < late(span) && end > span.from - rules.timeMs);
  if (!wasWanted) return 'never';
  if (wasSeen(session, circumstances)) return 'must';
  return looks.some((look) => mayHaveShown(look) && look.at >= begin - rules.timeMs) ? 'may' : 'never';
}

/** Whether its end has to be told to somebody who was told its beginning. */
export function offlineDuty(session: Session, { followed, unclear, until }: Circumstances): Duty {
  if (endOf(session) === Number.POSITIVE_INFINITY) return 'never';
  const last = followed.at(-1);
  // Whoever stopped following may have been served until then, or not.
  const isWanted = last !== undefined && last.to === Number.POSITIVE_INFINITY && last.from < endOf(session);
  return isWanted && !unclear.isResting(session.platform, until) ? 'must' : 'may';
}

/** The times at which it may be told to have ended, or each of its parts that may be told by itself. Without an end: none. */
export function endTimes({ platform, parts, mayBeSplit }: Session, { looks, unclear, rules }: Circumstances): Span[] {
  const isSilent = rules.silentEnds.includes(platform);
  return (mayBeSplit ? parts : parts.slice(-1)).flatMap(({ endedAt }) => {
    if (endedAt === null) return [];
    const missed = isSilent
      ? (firstMiss(looks, endedAt, (at) => unclear.isDoubted(platform, at))?.until ?? Infinity)
      : endedAt;
    return [{ from: endedAt - rules.timeMs, to: missed + rules.timeMs }];
  });
}

/** When it seems to have ended to whoever saw a pause and nothing after it until it was over. */
export function seemingEnds({ parts }: Session, { looks, rules }: Circumstances): Span[] {
  return parts.flatMap(({ endedAt, pauses }) =>
    pauses.flatMap((pause) => {
      const [back, end] = [pause.to ?? Infinity, endedAt ?? Infinity];
      const wasSeenAgain = looks.some(({ at, isProof }) => isProof && isWithin(at, { from: back, to: end }));
      const missed = looks.filter((look) => wasRead(look) && isWithin(look.at, { from: pause.from, to: back }));
      if (wasSeenAgain || missed.length === 0) return [];
      return [{ from: pause.from - rules.timeMs, to: Math.max(...missed.map(({ until }) => until)) + rules.timeMs }];
    }),
  );
}

/** A platform has shown it, or led to it, to somebody who had the time to write it down. */
function wasSeen({ parts }: Session, { looks, listings, followed }: Circumstances): boolean {
  const proves = (part: Session['parts'][number]) => (look: Look) =>
    look.isProof &&
    [look.at, look.againAt].every((at) => isOnAir(part, at)) &&
    followed.some(({ from, to }) => from <= look.at && look.until <= to);
  return parts.some((part) => looks.some(proves(part)) || listings.filter(proves(part)).length >= LEAST_LISTINGS);
}

function isOnAir({ startedAt, endedAt, pauses }: Session['parts'][number], at: number): boolean {
  const isPaused = pauses.some(({ from, to }) => from - BORDER_MS <= at && at <= (to ?? Infinity) + BORDER_MS);
  return startedAt + BORDER_MS <= at && at <= (endedAt ?? Infinity) - BORDER_MS && !isPaused;
}
