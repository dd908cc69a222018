import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { XMLValidator } from 'fast-xml-parser';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Report } from '../../soak/report/report.ts';
import { spawnNode } from '../support/processes.ts';

const SOAK = path.join('dist', 'soak', 'main.js');
/** Every process there is starts, on a machine that other tests use as well. */
const PATIENCE_MS = 900_000;
const [KEYS, INTERVAL_S, SECONDS] = [100, 2, 8];
/** A key of a hundred has nobody all the time, and nobody is owed anything of it. */
const LEAST_ON_THE_AIR = KEYS / 5 - 1;

let directory: string;
let printed: string;
let report: Report;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'tallylight-soak-test-'));
  const load = ['--keys', String(KEYS), '--interval', String(INTERVAL_S), '--minutes', String(SECONDS / 60)];
  const soak = spawnNode([SOAK, ...load, '--name', 'short', '--seed', 'soak-test', '--out', directory]);
  // 1 where the machine is too slow for what is demanded of time, which is not judged here.
  expect([0, 1], soak.stderr()).toContain(await soak.exited);
  printed = soak.stdout();
  const written = await readFile(path.join(directory, 'short.json'), 'utf8').catch(() => null);
  if (written === null) throw new Error(`nothing was written; stderr:\n${soak.stderr()}`);
  report = JSON.parse(written) as Report;
}, PATIENCE_MS);

afterAll(() => rm(directory, { recursive: true, force: true }));

it('every shard is told of everything that a steady load brings, once and in turn', () => {
  expect(report.wrong).toEqual([]);
  const { due, heard } = report.samples.at(-1) ?? { due: 0 };
  const { changesPerSecond } = report.plan;
  // What was on the air before, and at least half of the beginnings and ends that follow, told to two shards.
  expect(due).toBeGreaterThan(2 * (LEAST_ON_THE_AIR + changesPerSecond * SECONDS));
  expect(heard).toBe(due);
  const [told] = report.findings;
  expect(told).toMatchObject({ what: 'changes of followed keys, told to every shard', ok: true });
  expect(told?.found).toBe(`${due} of ${due}, 0 wrong`);
});

it('processes are restarted and guilds change their minds meanwhile', () => {
  expect(Number(report.facts['processes restarted'])).toBeGreaterThan(0);
  expect(Number(report.facts['follows and unfollows said'])).toBeGreaterThan(KEYS);
});

it('prints what it wrote down, line by line', () => {
  for (const { what, found, wanted } of report.findings) {
    expect(printed).toContain(what);
    expect(printed).toContain(found);
    expect(printed).toContain(wanted);
  }
  expect(printed).toContain(path.join(directory, 'short'));
});

it('draws what it wrote down', async () => {
  const picture = await readFile(path.join(directory, 'short.svg'), 'utf8');
  expect(XMLValidator.validate(picture)).toBe(true);
  for (const name of ['poll-1', 'shard-0', 'lateness of polls']) expect(picture).toContain(`>${name}</text>`);
});
