import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BudgetSample, forecastUse, smoothStretch, stretchFor } from '../../../src/shared/domain/stretch.ts';

const HOUR = 3_600_000;

/** A budget of 1,000 for ten hours, looked at after so many. */
const sample = (hours: number, used: number): BudgetSample => ({
  at: hours * HOUR,
  used,
  left: 1_000 - used,
  resetsAt: 10 * HOUR,
});

describe('stretching intervals to a budget', () => {
  it('stretches nothing while the budget lasts', () => {
    expect(stretchFor(sample(1, 80), sample(2, 160), 1)).toBe(1);
  });

  it('stretches by as much as is asked for too often, with a reserve', () => {
    // 200 an hour, while 600 are left for eight hours: 75 an hour, of which a tenth is kept back.
    expect(stretchFor(sample(1, 200), sample(2, 400), 1)).toBeCloseTo(200 / (75 * 0.9));
  });

  it('knows that what was spent was spent at the stretch in force', () => {
    const once = stretchFor(sample(1, 200), sample(2, 400), 1);
    expect(stretchFor(sample(1, 300), sample(2, 400), 2)).toBeCloseTo(once as number);
  });

  it('lets go when the window is over', () => {
    expect(stretchFor(sample(1, 200), { at: 11 * HOUR, used: 0, left: 1_000, resetsAt: null }, 4)).toBe(1);
  });

  it('does not judge across two windows', () => {
    expect(stretchFor(sample(1, 200), { ...sample(11, 10), resetsAt: 20 * HOUR }, 4)).toBeNull();
  });

  it('holds a platform back, but never for ever, when nothing is left', () => {
    expect(stretchFor(sample(1, 900), sample(2, 1_000), 1)).toBe(100);
  });

  it('makes the spending last, however much the keys ask for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 5_000 }), (perHour) => {
        let [used, stretch] = [0, 1];
        let before = sample(0, 0);
        for (let minute = 1; minute < 600; minute++) {
          used = Math.min(1_000, used + perHour / 60 / stretch);
          const now = sample(minute / 60, used);
          stretch = smoothStretch(stretch, stretchFor(before, now, stretch) ?? stretch);
          before = now;
        }
        if (perHour * 10 < 850) expect(stretch).toBe(1);
        if (perHour * 10 < 20_000) expect(used).toBeLessThan(1_000);
      }),
    );
  });

  it('foresees what will be used when the budget refills', () => {
    expect(forecastUse(sample(1, 100), sample(2, 200))).toBe(1_000);
    expect(forecastUse(sample(1, 100), { at: HOUR, used: 0, left: 1, resetsAt: null })).toBeNull();
  });
});
