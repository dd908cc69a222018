import { expect, it } from 'vitest';
import { catchUpTimes } from '../../../src/shared/domain/catch-up.ts';

const NOW = new Date('2026-11-28T00:00:00Z');
const offsets = (count: number) => catchUpTimes(count, 60_000, NOW).map((at) => at.getTime() - NOW.getTime());

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
