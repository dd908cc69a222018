/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  pick<T>(items: readonly [T, ...T[]]): T;
  /** `length` characters of `alphabet`. */
  text(length: number, alphabet: string): string;
  /** Exponentially distributed: how long one waits for something that happens every `mean` on average. */
  wait(mean: number): number;
}

/** @param seed any text; each distinct text gives its own sequence */
export function createRandom(seed: string): Random {
  const next = mulberry32(hash(seed));
  const integer = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    integer,
    chance: (probability) => next() < probability,
    pick: (items) => items[integer(0, items.length - 1)] ?? items[0],
    text(length, alphabet) {
      let text = '';
      while (text.length < length) text += alphabet[integer(0, alphabet.length - 1)];
      return text;
    },
    wait: (mean) => -mean * Math.log(1 - next()),
  };
}

/** A 32-bit FNV-1a hash: also used wherever a figure should depend on an id only. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}

/** The public-domain generator of Tommy Ettinger: small, quick, good enough for a made-up world. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
