import { expect, it } from 'vitest';
import { withinSlashes, withoutLastSlashes } from '../../../src/shared/domain/slashes.ts';

it.each([
  ['', '', ''],
  ['/', '', ''],
  ['//a/b//', 'a/b', '//a/b'],
  ['a', 'a', 'a'],
  ['/a', 'a', '/a'],
])('%j', (text, within, without) => {
  expect(withinSlashes(text)).toBe(within);
  expect(withoutLastSlashes(text)).toBe(without);
});

// One look at each slash is a moment; one for each slash before it would be hours.
it('a million slashes are a moment', () => {
  const row = `a${'/'.repeat(1_000_000)}b`;
  expect(withinSlashes(row)).toBe(row);
  expect(withoutLastSlashes(row)).toBe(row);
});
