import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { expect, test } from 'vitest';

/** A place where something of others comes in, and what holds there whatever comes. */
export interface Border<T> {
  readonly name: string;
  readonly inputs: fc.Arbitrary<T>;
  /** What others have tripped over: taken before anything that is drawn. */
  readonly corpus: readonly T[];
  /** Cases within `npm test`. */
  readonly quick?: number;
  /**
   * Gives one input to the program and fails when a promise is broken.
   * @returns `accepted`, or in few words why it was refused
   */
  take(input: T): string | Promise<string>;
}

/** What came of a border's cases, for the table of `npm run fuzz`. */
export interface BorderReport {
  readonly border: string;
  readonly seed: number;
  readonly cases: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly ms: number;
}

declare module 'vitest' {
  interface TaskMeta {
    border?: BorderReport;
  }
}

const QUICK_CASES = 1_000;
/** So that `npm test` tries the same cases everywhere. */
const FIXED_SEED = 20_261_128;
const LONG_MS = 60 * 60_000;

/** Tests a border: a few fixed cases, or as many as `npm run fuzz` wants, with its seed. */
export function testBorder<T>(border: Border<T>): void {
  const wanted = Number(process.env.FUZZ_CASES ?? 0);
  const numRuns = wanted || (border.quick ?? QUICK_CASES);
  const seed = Number(process.env.FUZZ_SEED ?? FIXED_SEED);
  const name = `${border.name}: nothing that comes breaks a promise`;
  test(name, wanted > 0 ? { timeout: LONG_MS } : {}, async ({ task }) => {
    const outcomes: Record<string, number> = {};
    const began = performance.now();
    const take = async (input: T): Promise<void> => {
      const outcome = await border.take(input);
      expectUnpolluted();
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    };
    for (const input of border.corpus) await take(input).catch((cause) => throwStory(border.name, input, cause));
    const run = await fc.check(fc.asyncProperty(border.inputs, take), { numRuns, seed });
    if (run.failed) {
      const again = `again: npm run fuzz -- --only ${JSON.stringify(border.name)} --seed ${run.seed} --cases ${run.numRuns}`;
      throwStory(border.name, run.counterexample?.[0], run.errorInstance, again);
    }
    const cases = run.numRuns + border.corpus.length;
    task.meta.border = { border: border.name, seed, cases, outcomes, ms: performance.now() - began };
  });
}

function expectUnpolluted(): void {
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect('polluted' in {}).toBe(false);
}

function throwStory(border: string, input: unknown, cause: unknown, again = 'it is one of the corpus'): never {
  const fault = cause instanceof Error ? cause.message : String(cause);
  const lines = [
    `a promise of the border "${border}" is broken: ${fault.slice(0, 2_000)}`,
    `smallest input found: ${shown(input).slice(0, 1_000)}`,
    again,
  ];
  throw new Error(lines.join('\n'), { cause });
}

/** Bytes as text where they are text: a list of numbers tells nobody anything. */
function shown(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) => {
    const bytes = isBufferJson(inner) ? Buffer.from(inner.data) : null;
    if (bytes === null) return typeof inner === 'bigint' ? `${inner}n` : inner;
    return isUtf8(bytes) ? bytes.toString() : `hex ${bytes.toString('hex')}`;
  });
}

function isBufferJson(value: unknown): value is { readonly data: number[] } {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer' && 'data' in value;
}
