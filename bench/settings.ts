/** How much is measured, and for how long. */
export interface Settings {
  readonly throughput: {
    readonly keys: number;
    readonly everyMs: number;
    /** Turns of each side; the median counts. */
    readonly rounds: number;
    readonly warmUpMs: number;
    readonly windowMs: number;
  };
  readonly steady: {
    readonly sizes: readonly number[];
    readonly everyMs: number;
    readonly warmUpMs: number;
    /** Ours is measured for whole intervals, since requests are counted in them. */
    readonly windowMs: number;
    readonly bareWindowMs: number;
  };
  readonly follows: { readonly singles: number; readonly bulk: number; readonly published: number };
  readonly rebuild: { readonly keys: number };
  readonly delivery: { readonly broadcasts: number };
}

const FULL: Settings = {
  throughput: { keys: 10_000, everyMs: 1_000, rounds: 4, warmUpMs: 2_500, windowMs: 5_000 },
  steady: { sizes: [10_000, 100_000], everyMs: 60_000, warmUpMs: 10_000, windowMs: 60_000, bareWindowMs: 30_000 },
  follows: { singles: 1_000, bulk: 20_000, published: 10_000 },
  rebuild: { keys: 100_000 },
  delivery: { broadcasts: 60 },
};

/** Everything once, in half a minute: proves that the benchmark works, and nothing else. */
const QUICK: Settings = {
  throughput: { keys: 300, everyMs: 1_000, rounds: 1, warmUpMs: 3_000, windowMs: 4_000 },
  steady: { sizes: [600], everyMs: 2_000, warmUpMs: 3_000, windowMs: 4_000, bareWindowMs: 2_000 },
  follows: { singles: 20, bulk: 1_000, published: 100 },
  rebuild: { keys: 1_000 },
  delivery: { broadcasts: 4 },
};

export interface Wishes {
  readonly quick: boolean;
  /** This many keys instead. */
  readonly keys: number | null;
  /** Windows this long instead. */
  readonly seconds: number | null;
}

export function settingsFrom({ quick, keys, seconds }: Wishes): Settings {
  const base = quick ? QUICK : FULL;
  const { throughput, steady, rebuild } = base;
  const windowMs = seconds === null ? null : seconds * 1_000;
  return {
    ...base,
    throughput: { ...throughput, keys: keys ?? throughput.keys, windowMs: windowMs ?? throughput.windowMs },
    steady: {
      ...steady,
      sizes: keys === null ? steady.sizes : [keys],
      windowMs: Math.max(steady.everyMs, wholeIntervals(windowMs ?? steady.windowMs, steady.everyMs)),
      bareWindowMs: windowMs ?? steady.bareWindowMs,
    },
    rebuild: { ...rebuild, keys: keys ?? rebuild.keys },
  };
}

function wholeIntervals(ms: number, everyMs: number): number {
  return Math.round(ms / everyMs) * everyMs;
}
