import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { check } from '../../chaos/checker/check.ts';
import { readHistory } from '../../chaos/checker/history.ts';
import { FAULTS, faultsByChance, shortFaults } from '../../chaos/faults/faults.ts';
import { createRandom } from '../../simulator/random.ts';
import { spawnNode } from '../support/processes.ts';

it('breaks one thing of each sort, and everything is told once, in order, as it was', async () => {
  const out = await mkdtemp(path.join(tmpdir(), 'tallylight-chaos-out-'));
  const chaos = spawnNode(['dist/chaos/main.js', '--short', '--json', '--out', out]);
  const code = await chaos.exited;
  const said = `${chaos.stdout()}\n${chaos.stderr()}`;
  expect(code, said).toBe(0);

  const text = await readFile(path.join(out, 'history.jsonl'), 'utf8');
  const history = readHistory(text);
  expect(history.faults.map(({ name }) => name)).toEqual(shortFaults().map(({ name }) => name));
  expect(history.streamers.length).toBeGreaterThanOrEqual(200);
  // A history in which nothing had to be told would agree with everything.
  for (const shard of history.rules.shards) {
    const mute = history.told.filter((one) => one.shard !== shard);
    const missing = check({ ...history, told: mute }).filter(({ kind }) => kind === 'missing');
    expect(missing.length).toBeGreaterThan(100);
  }
  await rm(out, { recursive: true, force: true });
}, 300_000);

it('gives the same faults in the same order for the same seed, each of them once before any comes again', () => {
  const first = (seed: string): string[] => {
    const faults = faultsByChance(createRandom(seed));
    return FAULTS.map(() => faults.next().value.name);
  };
  expect(first('7')).toEqual(first('7'));
  expect(first('7')).not.toEqual(first('8'));
  expect(first('7').sort()).toEqual(FAULTS.map(({ name }) => name).sort());
});
