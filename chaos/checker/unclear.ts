import type { Fault, Rules } from './entry.ts';

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The times in which a fault, or what it leaves behind, excuses being late. */
export interface Unclear {
  /** On this platform, in order, apart from each other. */
  readonly spans: (platform: string) => readonly Span[];
  /** The first moment from then on that nothing excuses. */
  readonly clearFrom: (platform: string, at: number) => number;
  readonly touches: (platform: string, span: Span) => boolean;
  /** Whether something is broken then, or will be within so many ms. */
  readonly isBroken: (platform: string, at: number, withinMs: number) => boolean;
}

export function unclearTimes(faults: readonly Fault[], { recoverMs }: Rules): Unclear {
  const known = new Map<string, Span[]>();
  const concerning = (platform: string): Fault[] =>
    faults.filter(({ platforms }) => platforms === null || platforms.includes(platform));
  const spans = (platform: string): Span[] => {
    const found = known.get(platform) ?? joined(concerning(platform), recoverMs);
    known.set(platform, found);
    return found;
  };
  return {
    spans,
    clearFrom: (platform, at) => spans(platform).find(({ from, to }) => from <= at && at < to)?.to ?? at,
    touches: (platform, { from, to }) => spans(platform).some((span) => span.from <= to && from <= span.to),
    isBroken: (platform, at, withinMs) =>
      concerning(platform).some(({ begin, end }) => begin <= at + withinMs && at <= end),
  };
}

/** The longest part of a time in which nothing excuses, in ms. */
export function longestClearMs(unclear: Unclear, platform: string, { from, to }: Span): number {
  let [start, longest] = [from, 0];
  for (const span of unclear.spans(platform)) {
    if (span.from < to) longest = Math.max(longest, Math.min(span.from, to) - start);
    start = Math.max(start, span.to);
  }
  return Math.max(longest, to - start);
}

function joined(faults: readonly Fault[], recoverMs: number): Span[] {
  const sorted = faults.map(({ begin, end }) => ({ from: begin, to: end + recoverMs })).sort((a, b) => a.from - b.from);
  const spans: Span[] = [];
  for (const span of sorted) {
    const last = spans.at(-1);
    if (last && last.to >= span.from) spans[spans.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    else spans.push(span);
  }
  return spans;
}
