import type { Series } from './exposition.ts';

/** Observations by the upper bound of their bucket, each counted in its own bucket alone. Infinity is the last. */
export type Buckets = ReadonlyMap<number, number>;

/** A histogram of one process since its start, all labels together. */
export function bucketsOf(series: readonly Series[], name: string): Buckets {
  const upTo = new Map<number, number>();
  for (const { labels, value } of series.filter((one) => one.name === `${name}_bucket`)) {
    const bound = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le);
    upTo.set(bound, (upTo.get(bound) ?? 0) + value);
  }
  const bounds = [...upTo.keys()].sort((a, b) => a - b);
  return new Map(bounds.map((bound, i) => [bound, (upTo.get(bound) ?? 0) - (upTo.get(bounds[i - 1] ?? -1) ?? 0)]));
}

/** What was observed since the page before. A process that counts less than before was started anew. */
export function bucketsSince(before: Buckets, now: Buckets): Buckets {
  if (total(now) < total(before)) return now;
  return new Map([...now].map(([bound, count]) => [bound, count - (before.get(bound) ?? 0)]));
}

export function together(all: readonly Buckets[]): Buckets {
  const sum = new Map<number, number>();
  for (const buckets of all) for (const [bound, count] of buckets) sum.set(bound, (sum.get(bound) ?? 0) + count);
  return sum;
}

export function total(buckets: Buckets): number {
  return [...buckets.values()].reduce((sum, count) => sum + count, 0);
}

/**
 * The value below which a share of the observations lies, as if those of a bucket were spread evenly over it.
 * @returns null when there are none; the highest bound for what lies beyond it
 */
export function quantileOf(buckets: Buckets, share: number): number | null {
  const wanted = share * total(buckets);
  if (wanted === 0) return null;
  let [below, lower] = [0, 0];
  for (const [bound, count] of [...buckets].sort(([a], [b]) => a - b)) {
    if (below + count >= wanted && count > 0) {
      return Number.isFinite(bound) ? lower + ((bound - lower) * (wanted - below)) / count : lower;
    }
    below += count;
    lower = Number.isFinite(bound) ? bound : lower;
  }
  return lower;
}
