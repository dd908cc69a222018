/** One number beside what it is compared with, both measured in this run. */
export interface Figure {
  readonly what: string;
  readonly unit: string;
  readonly value: number | null;
  /** The same of the reference; null where there is none. */
  readonly reference: number | null;
  /** Value divided by reference. */
  readonly ratio: number | null;
  /** What is wanted of the ratio, or of the value where there is no reference. */
  readonly wanted: Wanted | null;
  /** Whether it is as wanted; null where nothing is. */
  readonly met: boolean | null;
}

export type Wanted = { readonly atLeast: number } | { readonly atMost: number };

export interface Measured {
  readonly name: string;
  readonly title: string;
  /** What the numbers say and what they do not. */
  readonly meaning: readonly string[];
  readonly figures: readonly Figure[];
}

export interface Found extends Pick<Figure, 'what' | 'unit' | 'value'> {
  readonly reference?: number | null;
  /** Wanted of the ratio, or of the value where there is no reference. */
  readonly atLeast?: number;
  readonly atMost?: number;
}

export function figure({ what, unit, value, reference = null, atLeast, atMost }: Found): Figure {
  const ratio = value === null || reference === null ? null : value / reference;
  const judged = reference === null ? value : ratio;
  const wanted = wantedOf(atLeast, atMost);
  const met = wanted === null || judged === null ? null : isMet(judged, wanted);
  return { what, unit, value, reference, ratio, wanted, met };
}

function wantedOf(atLeast: number | undefined, atMost: number | undefined): Wanted | null {
  if (atLeast !== undefined) return { atLeast };
  return atMost === undefined ? null : { atMost };
}

function isMet(value: number, wanted: Wanted): boolean {
  return 'atLeast' in wanted ? value >= wanted.atLeast : value <= wanted.atMost;
}
