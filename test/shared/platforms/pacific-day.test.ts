import { describe, expect, test } from 'vitest';
import { nextPacificMidnight, pacificDay } from '../../../src/shared/platforms/pacific-day.ts';

describe('the Pacific day', () => {
  test.each([
    ['2026-09-26T06:59:59Z', '2026-09-25', '2026-09-26T07:00:00.000Z'],
    ['2026-09-26T07:00:00Z', '2026-09-26', '2026-09-27T07:00:00.000Z'],
    ['2026-12-31T23:00:00Z', '2026-12-31', '2027-01-01T08:00:00.000Z'],
    ['2027-01-01T07:59:59Z', '2026-12-31', '2027-01-01T08:00:00.000Z'],
    // Clocks go forward on 8 March 2026 and back on 1 November 2026, both at two in the morning.
    ['2026-03-08T08:30:00Z', '2026-03-08', '2026-03-09T07:00:00.000Z'],
    ['2026-11-01T07:30:00Z', '2026-11-01', '2026-11-02T08:00:00.000Z'],
  ])('%s is in %s, which ends at %s', (at, day, ends) => {
    expect(pacificDay(new Date(at))).toBe(day);
    expect(nextPacificMidnight(new Date(at)).toISOString()).toBe(ends);
  });
});
