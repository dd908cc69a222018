import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tryLock } from '../../src/embedded/keeper-lock.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'tallylight-lock-'));
});

afterEach(() => rm(dir, { recursive: true, force: true }));

test('of many that find it abandoned at once, one gets it', async () => {
  await writeFile(path.join(dir, 'keeper.lock'), JSON.stringify({ pid: process.pid, startedAt: 'another life' }));
  const got = await Promise.all(Array.from({ length: 30 }, () => tryLock(dir)));
  expect(got.filter((release) => release !== null)).toHaveLength(1);
});

test('it is free again when it was released, and not before', async () => {
  const release = await tryLock(dir);
  expect(await tryLock(dir)).toBeNull();
  await release?.();
  expect(await tryLock(dir)).not.toBeNull();
});

test('a release takes nothing from the next holder', async () => {
  const release = await tryLock(dir);
  await writeFile(path.join(dir, 'keeper.lock'), JSON.stringify({ pid: process.ppid, startedAt: null }));
  await release?.();
  await expect(rm(path.join(dir, 'keeper.lock'))).resolves.toBeUndefined();
});
