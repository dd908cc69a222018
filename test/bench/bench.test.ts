import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Figure } from '../../bench/report/figure.ts';
import type { Report } from '../../bench/report/save.ts';
import { spawnNode } from '../support/processes.ts';

const BENCH = path.join('dist', 'bench', 'main.js');
let directory: string;
let report: Report;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'tallylight-bench-test-'));
  const bench = spawnNode([BENCH, '--quick', '--json', '--name', 'quick', '--results', directory]);
  expect(await bench.exited, bench.stderr()).toBe(0);
  report = JSON.parse(bench.stdout());
});

afterAll(() => rm(directory, { recursive: true, force: true }));

describe('the benchmark, in its quick form', () => {
  it('measures everything and writes down what it printed', async () => {
    expect(report.measured.map(({ name }) => name)).toEqual(['throughput', 'steady', 'follows', 'rebuild', 'delivery']);
    expect(JSON.parse(await readFile(path.join(directory, 'quick.json'), 'utf8'))).toEqual(report);
  });

  it('finds a number for every figure, and one for its reference where it has a bound', () => {
    for (const figure of figures()) {
      // On a busy machine the quick form may be over before a poll was.
      if (figure.what.includes('lateness') && figure.value === null) continue;
      expect(figure.value, figure.what).toBeGreaterThanOrEqual(0);
      if (figure.wanted) expect(figure.reference, figure.what).toBeGreaterThan(0);
      if (figure.reference) expect(figure.ratio, figure.what).toBeGreaterThanOrEqual(0);
    }
  });

  it('counts few requests, however many processes poll', () => {
    const { everyMs, windowMs } = report.settings.steady;
    const intervals = windowMs / everyMs;
    const counted = figures().filter(({ what }) => what.includes('requests an interval'));
    expect(counted.map(({ what }) => what)).toEqual([
      expect.stringContaining('1 process'),
      expect.stringContaining('4 processes'),
    ]);
    for (const { value, reference, what } of counted) {
      expect(value, what).toBeGreaterThan(0);
      // Of the interval under way when counting begins, and of the one when it ends, more than their share may be counted.
      expect(value, what).toBeLessThanOrEqual((1.15 * (reference ?? 0) * (intervals + 1)) / intervals);
    }
  });
});

describe('the command line of the benchmark', () => {
  it('says what there is to measure', async () => {
    const help = spawnNode([BENCH, '--help']);
    expect(await help.exited).toBe(0);
    expect(help.stdout()).toMatch(/throughput[\s\S]*steady[\s\S]*delivery/);
  });

  it('refuses what it does not know, and says what it knows', async () => {
    const wrong = spawnNode([BENCH, '--only', 'speed']);
    expect(await wrong.exited).toBe(2);
    expect(wrong.stderr()).toMatch(/Allowed choices are throughput/);
  });
});

function figures(): Figure[] {
  return report.measured.flatMap((measured) => measured.figures);
}
