import type { Asked, Fault, Rules } from './entry.ts';

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The times in which something is broken, and those that a fault, or what it leaves behind, excuses. */
export interface Unclear {
  /** Excused on this platform: faults, the time to recover from them, and rests. In order, apart from each other. */
  readonly spans: (platform: string) => readonly Span[];
  /** The first moment from then on that nothing excuses. */
  readonly clearFrom: (platform: string, at: number) => number;
  /** Whether something is broken at any moment of a span. */
  readonly isBroken: (platform: string, span: Span) => boolean;
  /** Whether the platform has asked to be left alone then. */
  readonly isResting: (platform: string, at: number) => boolean;
  /** Whether the platform said of everybody that nobody is live, so shortly before that it may be doubted. */
  readonly isDoubted: (platform: string, at: number) => boolean;
}

/**
 * A rest is what was refused and asked for on the wire: how long it lasts is the platform's word, else what is usual; and no
 * longer than until somebody asked all the same and was answered.
 */
export function unclearTimes(faults: readonly Fault[], asked: readonly Asked[], rules: Rules): Unclear {
  const broken = perPlatform((platform) =>
    joined(
      faults
        .filter(({ platforms }) => platforms === null || platforms.includes(platform))
        .map(({ begin, end }) => ({ from: begin, to: end })),
    ),
  );
  const rests = perPlatform((platform) => {
    const answered = ofPlatform(asked, platform, 'true')
      .map(({ at }) => at)
      .sort((a, b) => a - b);
    return joined(
      ofPlatform(asked, platform, 'refused').map(({ at, restMs }) => {
        const again = answered.find((one) => one > at) ?? Number.POSITIVE_INFINITY;
        return { from: at, to: Math.min(again, at + (restMs ?? rules.restMs)) };
      }),
    );
  });
  const doubts = perPlatform((platform) =>
    joined(ofPlatform(asked, platform, 'false').map(({ at }) => ({ from: at, to: at + rules.doubtMs }))),
  );
  const spans = perPlatform((platform) =>
    joined([...broken(platform), ...rests(platform)].map(({ from, to }) => ({ from, to: to + rules.recoverMs }))),
  );
  return {
    spans,
    clearFrom: (platform, at) => spans(platform).find(({ from, to }) => from <= at && at < to)?.to ?? at,
    isBroken: (platform, span) => broken(platform).some(({ from, to }) => from <= span.to && span.from <= to),
    isResting: (platform, at) => rests(platform).some(({ from, to }) => from <= at && at <= to + rules.recoverMs),
    isDoubted: (platform, at) => doubts(platform).some(({ from, to }) => from <= at && at <= to),
  };
}

/** How much of a time nothing excuses, in ms, all parts of it together. */
export function clearMs(spans: readonly Span[], { from, to }: Span): number {
  const excused = spans.reduce((sum, span) => sum + Math.max(0, Math.min(span.to, to) - Math.max(span.from, from)), 0);
  return Math.max(0, to - from - excused);
}

function ofPlatform(asked: readonly Asked[], platform: string, answer: Asked['answer']): Asked[] {
  return asked.filter((one) => one.platform === platform && one.answer === answer);
}

function perPlatform(make: (platform: string) => readonly Span[]): (platform: string) => readonly Span[] {
  const known = new Map<string, readonly Span[]>();
  return (platform) => {
    const found = known.get(platform) ?? make(platform);
    known.set(platform, found);
    return found;
  };
}

function joined(unsorted: readonly Span[]): Span[] {
  const spans: Span[] = [];
  for (const span of [...unsorted].sort((a, b) => a.from - b.from)) {
    const last = spans.at(-1);
    if (last && last.to >= span.from) spans[spans.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    else spans.push(span);
  }
  return spans;
}
