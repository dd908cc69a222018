import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Told } from '../../soak/account.ts';
import { followTold, openToldTail, TOLD_FILE } from '../../soak/stage/told-tail.ts';
import { eventually } from '../support/eventually.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'tallylight-tail-'));
  await writeFile(path.join(directory, TOLD_FILE), '');
});

afterEach(() => rm(directory, { recursive: true, force: true }));

const tell = (id: string, where = directory): Promise<void> => appendFile(path.join(where, TOLD_FILE), `${line(id)}\n`);
const ids = (told: readonly Told[]): string[] => told.flatMap(({ streams }) => streams.map(({ id }) => id));

function line(id: string): string {
  const told = { shard: '0', at: 1, direction: 'online', platform: 'twitch', streams: [{ id, key: `ü${id}` }] };
  return JSON.stringify(told);
}

it('reads each telling of a shard once, as it comes', async () => {
  const tail = openToldTail(directory);
  expect(tail.read()).toEqual([]);
  await tell('1');
  await tell('2');
  expect(ids(tail.read())).toEqual(['1', '2']);
  await tell('3');
  expect(ids(tail.read())).toEqual(['3']);
  expect(tail.read()).toEqual([]);
  tail.close();
});

it('leaves a line that is half written until it is whole', async () => {
  await tell('1');
  const tail = openToldTail(directory);
  const text = `${line('2')}\n`;
  const file = path.join(directory, TOLD_FILE);
  await appendFile(file, text.slice(0, 20));
  expect(ids(tail.read())).toEqual(['1']);
  await appendFile(file, text.slice(20));
  expect(ids(tail.read())).toEqual(['2']);
  tail.close();
});

it('hands on what every shard is told, until it is ended', async () => {
  const other = await mkdtemp(path.join(directory, 'other-'));
  await writeFile(path.join(other, TOLD_FILE), '');
  const heard: Told[] = [];
  const end = followTold([directory, other], (told) => heard.push(told));
  await tell('0');
  await tell('1', other);
  await eventually(() => expect(ids(heard).sort()).toEqual(['0', '1']));
  end();
});
