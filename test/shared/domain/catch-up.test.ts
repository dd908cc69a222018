import { expect, it } from 'vitest';
import { catchUpTimes } from '../../../src/shared/domain/catch-up.ts';

const NOW = new Date('2026-11-28T00:00:00Z');
const offsets = (count: number, intervalMs = 60_000) =>
  catchUpTimes(count, intervalMs, NOW).map((at) => at.getTime() - NOW.getTime());

it('catches up on a few keys at once, and on many no quicker than they would be polled', () => {
  expect(offsets(0)).toEqual([]);
  expect(offsets(3)).toEqual([0, 60, 120]);
  const many = offsets(20_000);
  expect(many).toHaveLength(20_000);
  expect(many.at(-1)).toBeLessThan(60_000);
  for (const second of [0, 17, 59]) {
    const inIt = many.filter((at) => Math.floor(at / 1_000) === second).length;
    expect(inIt).toBeGreaterThan(300);
    expect(inIt).toBeLessThan(370);
  }
});

it('does not let a few keys wait for hours where polls are a day apart', () => {
  expect(offsets(40, 86_400_000).at(-1)).toBe(39 * 60);
  expect(offsets(40, 1_000).at(-1)).toBe(39);
});
