import { expect, it } from 'vitest';
import { XMLValidator } from 'fast-xml-parser';
import { planFor } from '../../soak/plan.ts';
import { chart } from '../../soak/report/chart.ts';
import { niceTop, panel } from '../../soak/report/panel.ts';
import { isGood, reportOf, reportText } from '../../soak/report/report.ts';
import type { Sample } from '../../soak/sampling/sample.ts';

const MB = 2 ** 20;
const PLAN = planFor({ seed: 's', keys: 20_000, intervalMs: 60_000, forMs: 600_000 });

function sampleAt(at: number, replaced: Partial<Sample> = {}): Sample {
  const spread = { count: 1, p50: 10, p99: 500 };
  return {
    ...{ at, lateness: spread, publishDelay: spread, heardDelay: { count: 0, p50: null, p99: null } },
    memory: { 'poll-1': { resident: 120 * MB, heap: 40 * MB } },
    redis: { bytes: 50 * MB, keys: 3, logBytes: 20 * MB, markBytes: 5 * MB, events: 9 },
    postgres: { change: { rows: 12, bytes: 3 * MB } },
    ...{ queues: { change: 4 }, overdueKeys: 0, oldestChange: 0, heldBack: {}, behindBytes: 0 },
    ...{ due: 8, heard: 7, series: 180, load: 1.5 },
    ...replaced,
  };
}

it('draws a picture that is well-formed, with a line for each process', () => {
  const samples = [0, 1, 2].map((index) => sampleAt(index * 5_000));
  const text = chart('a < b & c', samples);
  expect(XMLValidator.validate(text)).toBe(true);
  expect(text).toContain('a &lt; b &amp; c');
  for (const name of ['poll-1', 'Redis less log and marks', 'jobs of change', 'lateness of polls']) {
    expect(text).toContain(`>${name}</text>`);
  }
});

it('draws nothing wrong of nothing', () => {
  expect(chart('', [])).not.toContain('NaN');
  expect(XMLValidator.validate(chart('', []))).toBe(true);
});

it('puts the first point to the left and the highest value to the top, and lifts the pen where there is none', () => {
  const points = [0, 10, null, 5].map((value, index) => ({ at: index * 1_000, value }));
  const text = panel({ title: 't', top: 0, lines: [{ name: 'n', color: 'red', points }] });
  expect(text).toContain('<path d="M60 244L286.67 24M740 134" fill="none" stroke="red"');
});

it('ends the axis at a number that divides well', () => {
  expect([0, 0.3, 1, 3, 47, 120, 600].map(niceTop)).toEqual([1, 0.5, 1, 5, 50, 200, 1_000]);
});

it('says of each finding what was wanted, and in the end whether all is as wanted', () => {
  const good = { what: 'memory of poll-1', found: '120 MB', wanted: 'flat', ok: true };
  const ran = { samples: [sampleAt(0)], findings: [good], facts: { 'on the air': '4000' }, wrong: [] };
  const report = reportOf('npm run soak', PLAN, ran);
  expect(isGood(report)).toBe(true);
  expect(reportText(report)).toMatch(
    /memory of poll-1 .*120 MB .*yes[\s\S]*on the air +4000[\s\S]*change +12 rows[\s\S]*As wanted/,
  );
  const bad = reportOf('npm run soak', PLAN, { ...ran, findings: [good, { ...good, ok: false }] });
  expect(isGood(bad)).toBe(false);
  expect(reportText(bad)).toMatch(/NO[\s\S]*NOT as wanted/);
});

it('keeps as many samples as can be looked at, the last one among them', () => {
  const samples = Array.from({ length: 1_000 }, (_, index) => sampleAt(index));
  const kept = reportOf('', PLAN, { samples, findings: [], facts: {}, wrong: [] }).samples;
  expect(kept.length).toBeLessThanOrEqual(240);
  expect(kept.length).toBeGreaterThan(150);
  expect(kept.at(-1)?.at).toBe(999);
});

it('plans as many keys as were asked for, and only as many of each platform as its limits allow', () => {
  const sum = Object.values(PLAN.streamers).reduce((all, count) => all + count, 0);
  expect(sum).toBe(20_000);
  // X: 300 requests of 100 keys in 15 minutes. TwitCasting: 60 requests of one key a minute, twice as often while live.
  expect(PLAN.streamers.twitter).toBeLessThanOrEqual(1_000);
  expect(PLAN.streamers.twitcasting).toBeLessThanOrEqual(30);
  expect(PLAN.changesPerSecond).toBeGreaterThan(10);
  const quick = planFor({ seed: 's', keys: 300, intervalMs: 2_000, forMs: 10_000 });
  expect(quick.streamers).toMatchObject({ twitter: 0, twitcasting: 0, youtube: 0, twitch: 300 });
});
