import { expect } from 'vitest';

/** Longest reason of a refusal: an operator reads it, and a row keeps it. */
const MOST_CHARACTERS = 1_000;

/** What must not be repeated to anybody, put into inputs to be looked for in what comes out. */
export const CANARY = 'c4nary-0f-4-s3cret';

/**
 * A reason says where something is wrong and what was expected, is no longer than it may be and repeats no secret.
 * @returns what was wrong, without what came: the same for all inputs with this fault
 */
export function expectReason(reason: string, places: readonly string[]): string {
  expect(reason.length).toBeLessThanOrEqual(MOST_CHARACTERS);
  expect(reason).not.toContain(CANARY);
  expect(reason).not.toMatch(/cannot be read|TypeError|RangeError/);
  const [, place = '', expected = ''] = /^([\w.]+): (?:expected )?([^,:;(]{1,60})/.exec(reason) ?? [];
  expect(places).toContain(place);
  return `${place}: ${expected.trim()}`;
}
