import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PaceFacts, paceOf, pollEvery, pollOffset } from '../../../src/shared/domain/pace.ts';

const NOW = new Date('2026-09-26T10:00:00Z');
const minutes = (count: number): Date => new Date(NOW.getTime() + count * 60_000);

const facts = (over: Partial<PaceFacts> = {}): PaceFacts => ({
  quarantined: false,
  live: false,
  missing: false,
  pushed: null,
  expectedUntil: null,
  scheduledStarts: [],
  lastSignAt: minutes(-60),
  ...over,
});

describe('how often a key is looked at', () => {
  it.each([
    ['fast while it is live', facts({ live: true }), 'fast'],
    ['fast when it is about to start', facts({ scheduledStarts: [minutes(10)] }), 'fast'],
    ['fast when it should have started', facts({ scheduledStarts: [minutes(-30)] }), 'fast'],
    ['normal when its start was missed long ago', facts({ scheduledStarts: [minutes(-90)] }), 'normal'],
    ['normal when its start is far away', facts({ scheduledStarts: [minutes(600)] }), 'normal'],
    ['fast when it usually begins about now', facts({ expectedUntil: minutes(1) }), 'fast'],
    ['normal when that hour is over', facts({ expectedUntil: minutes(-1) }), 'normal'],
    ['slow when it has slept for a month', facts({ lastSignAt: minutes(-31 * 24 * 60) }), 'slow'],
    ['net while push tells of its begin and end', facts({ pushed: 'both', expectedUntil: minutes(1) }), 'net'],
    ['net while push tells of its end', facts({ pushed: 'both', live: true }), 'net'],
    ['net when asleep and pushed', facts({ pushed: 'begin', lastSignAt: minutes(-31 * 24 * 60) }), 'net'],
    ['fast while a live one is missing, pushed or not', facts({ pushed: 'both', live: true, missing: true }), 'fast'],
    ['fast while it is live and push does not tell of its end', facts({ pushed: 'begin', live: true }), 'fast'],
    ['fast when it is about to start, pushed or not', facts({ pushed: 'both', scheduledStarts: [minutes(5)] }), 'fast'],
    ['net while push tells of what is new', facts({ pushed: 'discovery', scheduledStarts: [minutes(600)] }), 'net'],
    ['rare in quarantine, whatever else is true', facts({ quarantined: true, live: true }), 'rare'],
  ])('%s', (_name, given, pace) => {
    expect(paceOf(given, NOW)).toBe(pace);
  });

  it('is in the order of its names', () => {
    const every = (['fast', 'normal', 'slow', 'net', 'rare'] as const).map((pace) => pollEvery(60_000, pace));
    expect(every).toEqual([...every].sort((a, b) => a - b));
    expect(new Set(every).size).toBe(5);
  });
});

describe('where in its interval a key is polled', () => {
  it('lies in the interval and is the same for everybody', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 86_400_000 }), (key, every) => {
        const offset = pollOffset(key, every);
        expect(offset).toBeGreaterThanOrEqual(0);
        expect(offset).toBeLessThan(every);
        expect(pollOffset(key, every)).toBe(offset);
      }),
    );
  });

  it('spreads alike keys over the whole interval', () => {
    const slots = new Array<number>(60).fill(0);
    for (let id = 0; id < 6_000; id++) {
      const slot = Math.floor(pollOffset(`twitch/${100_000 + id}`, 60_000) / 1_000);
      slots[slot] = (slots[slot] ?? 0) + 1;
    }
    expect(Math.min(...slots)).toBeGreaterThan(50);
    expect(Math.max(...slots)).toBeLessThan(150);
  });
});
