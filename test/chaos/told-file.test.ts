import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Position } from '../../src/client/index.ts';
import { openToldFile, TOLD_FILE } from '../../chaos/told-file.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'tallylight-told-'));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

const position = (sequence: string): Position => ({ epoch: 'e', sequence, live: {}, ended: [] });
const lines = (): Promise<string> => readFile(path.join(directory, TOLD_FILE), 'utf8');

async function opened() {
  const file = openToldFile(directory);
  return { file, loaded: await file.positions.load() };
}

it('keeps what was told together with the position after it', async () => {
  const { file, loaded } = await opened();
  expect(loaded).toBeNull();
  file.keep('one, ünd', position('1'));
  file.keep('two', position('2'));
  await file.positions.save(position('3'));
  expect(await lines()).toBe('one, ünd\ntwo\n');
  expect((await opened()).loaded).toEqual(position('3'));
  expect(await lines()).toBe('one, ünd\ntwo\n');
});

it('takes back what a process had written that died before its position was kept', async () => {
  const { file } = await opened();
  file.keep('one', position('1'));
  await appendFile(path.join(directory, TOLD_FILE), 'two, half writ');
  const again = await opened();
  expect(again.loaded).toEqual(position('1'));
  again.file.keep('two', position('2'));
  expect(await lines()).toBe('one\ntwo\n');
});
