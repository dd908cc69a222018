import type { Asked, Rules } from './entry.ts';
import { beginOf, endOf, type Session } from './sessions.ts';
import { longestClearMs, type Span, type Unclear } from './unclear.ts';

export type Duty = 'must' | 'may' | 'never';

/** What is known about one session beside itself. */
export interface Circumstances {
  readonly followed: readonly Span[];
  /** Requests that were answered truly and could show one of its broadcasts. */
  readonly looks: readonly Asked[];
  readonly unclear: Unclear;
  readonly rules: Rules;
  /** Until when was recorded. */
  readonly until: number;
}

/** A true answer is as old as its second, and a request takes a moment. */
const BORDER_MS = 1_000;

/** Whether its beginning has to be told. */
export function onlineDuty(session: Session, circumstances: Circumstances): Duty {
  const { followed, unclear, rules } = circumstances;
  const late = (span: Span): number => unclear.clearFrom(session.platform, span.to) + rules.unfollowMs;
  const couldBeSeen = followed.some(
    (span) => beginOf(session) < late(span) && endOf(session) > span.from - rules.startMs,
  );
  if (!couldBeSeen) return 'never';
  return wasSeen(session, circumstances) || wasLongEnough(session, circumstances) ? 'must' : 'may';
}

/** Whether its end has to be told to somebody who was told its beginning. */
export function offlineDuty(session: Session, { followed }: Circumstances): Duty {
  if (endOf(session) === Number.POSITIVE_INFINITY) return 'never';
  const last = followed.at(-1);
  // Whoever stopped following may have been served until then, or not.
  return last && last.to === Number.POSITIVE_INFINITY && last.from < endOf(session) ? 'must' : 'may';
}

/** When it seems to have ended to whoever saw a pause begin and then, for a fault, nothing until it was over. */
export function seemingEnds(session: Session, { looks, unclear, rules }: Circumstances): number[] {
  const { platform, parts } = session;
  return parts.flatMap(({ endedAt, pauses }) =>
    pauses.flatMap(({ from, to }) => {
      const [back, end] = [to ?? Infinity, endedAt ?? Infinity];
      const wasSeenAgain = looks.some(
        ({ at }) => back <= at && at <= end && !unclear.isBroken(platform, at, rules.lookMs),
      );
      return !wasSeenAgain && unclear.touches(platform, { from: back, to: end }) ? [from] : [];
    }),
  );
}

/** A platform has shown it, to somebody who had the time to write it down. */
function wasSeen({ platform, parts }: Session, { looks, followed, unclear, rules }: Circumstances): boolean {
  return looks.some(
    ({ at }) =>
      parts.some((part) => isOnAir(part, at)) &&
      followed.some(({ from, to }) => from <= at && at + rules.lookMs <= to) &&
      !unclear.isBroken(platform, at, rules.lookMs),
  );
}

function isOnAir({ startedAt, endedAt, pauses }: Session['parts'][number], at: number): boolean {
  const isPaused = pauses.some(({ from, to }) => from - BORDER_MS <= at && at <= (to ?? Infinity) + BORDER_MS);
  return startedAt + BORDER_MS <= at && at <= (endedAt ?? Infinity) - BORDER_MS && !isPaused;
}

function wasLongEnough(session: Session, { followed, unclear, rules, until }: Circumstances): boolean {
  const least = rules.leastLiveMs[session.platform] ?? 0;
  return session.parts.some((part) =>
    followed.some((span) => {
      const live = {
        from: Math.max(part.startedAt, span.from),
        to: Math.min(part.endedAt ?? until, span.to, until),
      };
      return longestClearMs(unclear, session.platform, live) >= least;
    }),
  );
}
