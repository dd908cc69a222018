import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Report } from '../../soak/report/report.ts';
import { spawnNode } from '../support/processes.ts';

const SOAK = path.join('dist', 'soak', 'main.js');
/** Every process there is starts, on a machine that other tests use as well. */
const PATIENCE_MS = 900_000;
const CHANGES = 500;
/** So many keys nobody follows all the time, and nobody is owed anything of them. */
const RESTLESS = CHANGES / 100;

let directory: string;
let report: Report;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'tallylight-storm-test-'));
  const load = ['--storm', '--keys', String(CHANGES), '--interval', '4'];
  const storm = spawnNode([SOAK, ...load, '--json', '--name', 'storm', '--seed', 'storm-test', '--out', directory]);
  expect(await storm.exited, storm.stderr() + storm.stdout()).toBe(0);
  report = JSON.parse(storm.stdout()) as Report;
}, PATIENCE_MS);

afterAll(() => rm(directory, { recursive: true, force: true }));

it('changes that wait all at once are all heard, once and in turn, by everybody', () => {
  expect(report.facts['changes at once']).toBe(String(CHANGES));
  expect(report.facts['recorded and waiting']).toMatch(new RegExp(`^${CHANGES} after`));
  expect(report.wrong).toEqual([]);
  const { due, heard } = report.samples.at(-1) ?? {};
  // Two shards: half of the keys was on the air before, and then all changed.
  expect(due).toBeGreaterThanOrEqual(2 * (CHANGES / 2 + CHANGES - 2 * RESTLESS));
  expect(heard).toBe(due);
});

it('a subscriber that knows only Pub/Sub and reads slowly hears each of them once', () => {
  expect(report.facts['the slow subscriber']).toMatch(
    new RegExp(`^heard ${1.5 * CHANGES} streams, .*cut off 0 times$`),
  );
});

it('how long they wait is seen in the metrics, and so is what it took to publish them', () => {
  const waited = report.findings.filter(({ what }) => what.startsWith('tallylight_oldest_change_seconds'));
  expect(waited).toMatchObject([{ ok: true }, { ok: true, found: '0.00 s' }]);
  // The ends waited for a grace at least, longer than the changes before them.
  expect(Number.parseFloat(report.facts['publish delay, p99 at most'] ?? '')).toBeGreaterThan(1);
});

it('no process needs more memory than it may have', () => {
  const memory = report.findings.filter(({ what }) => what.startsWith('most memory of'));
  expect(memory).toHaveLength(11);
  expect(memory.filter(({ ok, found }) => !ok || found === '0.0 MB')).toEqual([]);
});

it('writes down what it printed, with a picture', async () => {
  expect(JSON.parse(await readFile(path.join(directory, 'storm.json'), 'utf8'))).toEqual(report);
  expect(await readFile(path.join(directory, 'storm.svg'), 'utf8')).toMatch(/^<svg [\s\S]*poll-2[\s\S]*<\/svg>\n$/);
});
