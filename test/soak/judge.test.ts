import { expect, it } from 'vitest';
import { growthOf, judgeGrowth } from '../../soak/judge/memory.ts';
import { median, slopePerHour, troughs } from '../../soak/judge/slope.ts';

const MINUTE_MS = 60_000;
const MB = 2 ** 20;
/** An hour of samples, one each 10 s. */
const hour = (value: (minute: number, index: number) => number) =>
  Array.from({ length: 361 }, (_, index) => ({ at: index * 10_000, value: value(index / 6, index) }));

it('measures the growth of an hour', () => {
  expect(slopePerHour([])).toBe(0);
  expect(slopePerHour([{ at: 5, value: 7 }])).toBe(0);
  expect(slopePerHour(hour((minute) => 100 + minute))).toBeCloseTo(60);
  expect(slopePerHour(hour((minute) => 100 - minute / 2))).toBeCloseTo(-30);
});

it('is not moved by single peaks', () => {
  const peaks = hour((_, index) => (index % 10 === 0 && index > 180 ? 900 : 100));
  expect(slopePerHour(peaks)).toBe(0);
});

it('takes the lowest point of each stretch', () => {
  const points = [3, 1, 2, 9, 8, 7].map((value, index) => ({ at: index * 10, value }));
  expect(troughs(points, 30).map(({ value }) => value)).toEqual([1, 7]);
});

it('knows the median', () => {
  expect([[], [4], [4, 1], [9, 1, 5]].map(median)).toEqual([0, 4, 2.5, 5]);
});

it('holds a process that only collects its garbage for flat', () => {
  const saw = hour((minute) => (80 + (minute % 7) * 9) * MB);
  expect(judgeGrowth(growthOf('poll-1', saw))).toMatchObject({ what: 'memory of poll-1', ok: true });
});

it('sees a leak under the garbage', () => {
  const leak = hour((minute) => (80 + (minute % 7) * 9 + minute) * MB);
  const finding = judgeGrowth(growthOf('poll-1', leak));
  expect(finding.ok).toBe(false);
  expect(finding.found).toMatch(/, \+(5\d|60)\.\d MB an hour$/);
});

it('says nothing against a growth that is too small for the time measured', () => {
  const short = hour((minute) => (80 + minute) * MB).filter(({ at }) => at < 8 * MINUTE_MS);
  expect(judgeGrowth(growthOf('poll-1', short)).ok).toBe(true);
});

it('does not judge what a heap does in less time than it needs to be tidied up', () => {
  const young = hour((minute) => (80 + 20 * minute) * MB).filter(({ at }) => at <= 4 * MINUTE_MS);
  expect(judgeGrowth(growthOf('poll-1', young))).toMatchObject({
    ok: true,
    wanted: 'measured for 240.0 s, too short to judge',
  });
  const older = hour((minute) => (80 + 20 * minute) * MB).filter(({ at }) => at <= 6 * MINUTE_MS);
  expect(judgeGrowth(growthOf('poll-1', older)).ok).toBe(false);
});
