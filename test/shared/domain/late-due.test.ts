import { describe, expect, it } from 'vitest';
import { hastenedWait, isDueTooLate } from '../../../src/shared/domain/late-due.ts';

const MINUTE = 60_000;
const everyMinute = { intervalMs: MINUTE, stretch: 1 };

describe('a key is due too late', () => {
  it.each([
    ['normal', 1.05, false],
    ['normal', 1.2, true],
    ['fast', 1.05, false], // as its claim leaves it until the look is over
    ['fast', 1.2, true],
    ['slow', 4.05, false],
    ['slow', 5, true],
    ['rare', 60.5, false],
    ['rare', 70, true],
  ] as const)('when its pace is %s and it is due in %s intervals: %s', (pace, intervals, late) => {
    expect(isDueTooLate(intervals * MINUTE, pace, everyMinute)).toBe(late);
  });

  it('not while its interval is stretched for the budget', () => {
    expect(isDueTooLate(9 * MINUTE, 'normal', { intervalMs: MINUTE, stretch: 10 })).toBe(false);
    expect(isDueTooLate(12 * MINUTE, 'normal', { intervalMs: MINUTE, stretch: 10 })).toBe(true);
  });
});

describe('a key that is brought forward', () => {
  it('waits for its next poll only', () => {
    expect(hastenedWait('slow', everyMinute, 0.9)).toBe(0);
  });

  it('waits some of the stretched intervals, so that not all of them spend the budget at once', () => {
    const stretched = { intervalMs: MINUTE, stretch: 10 };
    expect(hastenedWait('normal', stretched, 0)).toBe(0);
    expect(hastenedWait('normal', stretched, 0.5)).toBe(4.5 * MINUTE);
    expect(isDueTooLate(hastenedWait('fast', stretched, 1), 'fast', stretched)).toBe(false);
  });
});
