import { describe, expect, test } from 'vitest';
import { nextStartLook } from '../../../src/shared/domain/start-look.ts';

const START = new Date('2026-09-26T10:00:00.447Z');
const SECOND = 1_000;
const HOUR = 60 * 60 * SECOND;

/** Milliseconds from the start at which the next look is planned, seen from so many after it. */
const planned = (nowAfter: number): number | null => {
  const next = nextStartLook(START, new Date(START.getTime() + nowAfter));
  return next && next.getTime() - START.getTime();
};

describe('an announced start', () => {
  test.each([
    ['days before', -48 * HOUR, SECOND],
    ['just before', -1, SECOND],
    ['at it', 0, SECOND],
    ['by its first look', SECOND, 5 * SECOND],
    ['by its second look', 5 * SECOND, 30 * SECOND],
    ['by its third look', 30 * SECOND, 120 * SECOND],
    ['by its fourth look', 120 * SECOND, 360 * SECOND],
    ['by its last look', 360 * SECOND, null],
    ['a day late', 24 * HOUR, null],
    ['too early', -48 * HOUR - 1, null],
  ])('has its next look planned %s', (_, now, expected) => {
    expect(planned(now)).toBe(expected);
  });

  test('is looked at five times, whoever plans, and never in the past', () => {
    const instants = new Set<number>();
    for (let now = -60 * SECOND; now < HOUR; now += 137) {
      const next = planned(now);
      if (next === null) continue;
      expect(next).toBeGreaterThan(now);
      instants.add(next);
    }
    expect(instants.size).toBe(5);
  });
});
