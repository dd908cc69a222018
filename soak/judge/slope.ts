export interface Point {
  /** ms, from whatever beginning. */
  readonly at: number;
  readonly value: number;
}

const HOUR_MS = 3_600_000;

/**
 * By how much a value grows in an hour: the median over all pairs of points (Theil–Sen), which single peaks do not move.
 * @returns 0 for fewer than two points
 */
export function slopePerHour(points: readonly Point[]): number {
  const slopes = points.flatMap((one, index) =>
    points
      .slice(index + 1)
      .filter((other) => other.at !== one.at)
      .map((other) => ((other.value - one.value) / (other.at - one.at)) * HOUR_MS),
  );
  return median(slopes);
}

/**
 * The lowest point of each stretch of time. Memory goes up and down with every garbage collection; what is left after
 * one is what tells of a leak.
 */
export function troughs(points: readonly Point[], stretchMs: number): Point[] {
  const lowest = new Map<number, Point>();
  for (const point of points) {
    const stretch = Math.floor(point.at / stretchMs);
    const known = lowest.get(stretch);
    if (!known || point.value < known.value) lowest.set(stretch, point);
  }
  return [...lowest.values()];
}

/** @returns 0 for none */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] = sorted.length % 2 === 1 ? [sorted[middle], sorted[middle]] : sorted.slice(middle - 1);
  return (low + high) / 2;
}
