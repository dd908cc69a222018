import type { Sample } from '../sampling/sample.ts';
import { type Finding, mb, seconds } from './finding.ts';
import { median, type Point, slopePerHour, troughs } from './slope.ts';

/** Memory of one thing after the warm-up. */
export interface Growth {
  readonly name: string;
  /** Bytes; of what it usually was, and at most. */
  readonly usual: number;
  readonly most: number;
  readonly perHour: number;
  /** By how much the slope lets it grow in the time measured. */
  readonly grown: number;
  /** For how long it was measured, in ms. */
  readonly forMs: number;
}

/** Node gives memory back late and in pieces: less than so much, in the time measured, says nothing. */
const LEAST_BYTES = 16 * 2 ** 20;
const LEAST_SHARE = 0.1;
/** In less than that a heap may not have been tidied up once in each stretch: its slope says when that was, and nothing else. */
const LEAST_MEASURED_MS = 5 * 60_000;
/** How many troughs a run is cut into: enough for a median of slopes, each long enough for some garbage collections. */
const STRETCHES = 20;

export function growthOf(name: string, points: readonly Point[]): Growth {
  const [from, to] = [points[0]?.at ?? 0, points.at(-1)?.at ?? 0];
  const perHour = slopePerHour(troughs(points, Math.max(1, (to - from) / STRETCHES)));
  return {
    ...{ name, perHour, grown: (perHour * (to - from)) / 3_600_000, forMs: to - from },
    usual: median(points.map(({ value }) => value)),
    most: Math.max(0, ...points.map(({ value }) => value)),
  };
}

/** Of each process that was not restarted, of its heap, and of Redis without what fills up by design. */
export function growths(samples: readonly Sample[], names: readonly string[]): Growth[] {
  const each = (name: string, read: (sample: Sample) => number | null | undefined): Growth =>
    growthOf(
      name,
      samples.flatMap((sample) => {
        const value = read(sample);
        return value === null || value === undefined ? [] : [{ at: sample.at, value }];
      }),
    );
  return [
    ...names.flatMap((name) => {
      const resident = each(name, ({ memory }) => memory[name]?.resident);
      const heap = each(`${name}, heap`, ({ memory }) => memory[name]?.heap);
      return heap.most > 0 ? [resident, heap] : [resident];
    }),
    each('Redis less log and marks', ({ redis }) => redis.bytes - redis.logBytes - redis.markBytes),
  ];
}

export function judgeGrowth({ name, usual, perHour, grown, forMs }: Growth): Finding {
  const tooShort = forMs < LEAST_MEASURED_MS;
  const allowed = Math.max(LEAST_BYTES, LEAST_SHARE * usual);
  const sign = perHour < 0 ? '−' : '+';
  return {
    what: `memory of ${name}`,
    found: `${mb(usual)}, ${sign}${mb(Math.abs(perHour))} an hour`,
    wanted: tooShort
      ? `measured for ${seconds(forMs)}, too short to judge`
      : `grown by ≤ ${mb(allowed)}, is ${mb(grown)}`,
    ok: tooShort || grown <= allowed,
  };
}
