import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openToldFile, TOLD_FILE } from '../../chaos/told-file.ts';
import type { Told } from '../../soak/account.ts';
import { followTold, openToldTail } from '../../soak/stage/told-tail.ts';
import { eventually } from '../support/eventually.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'tallylight-tail-'));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

const next = { epoch: 'e', sequence: '1', live: {}, ended: [] };
const ids = (told: readonly Told[]): string[] => told.flatMap(({ streams }) => streams.map(({ id }) => id));

function line(id: string): string {
  const told = { shard: '0', at: 1, direction: 'online', platform: 'twitch', streams: [{ id, key: `ü${id}` }] };
  return JSON.stringify(told);
}

it('reads each telling of a shard once, as it comes', () => {
  const shard = openToldFile(directory);
  const tail = openToldTail(directory);
  expect(tail.read()).toEqual([]);
  shard.keep(line('1'), next);
  shard.keep(line('2'), next);
  expect(ids(tail.read())).toEqual(['1', '2']);
  shard.keep(line('3'), next);
  expect(ids(tail.read())).toEqual(['3']);
  expect(tail.read()).toEqual([]);
  tail.close();
});

it('leaves a line that is half written until it is whole', async () => {
  openToldFile(directory).keep(line('1'), next);
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
  const shards = [openToldFile(directory), openToldFile(other)];
  const heard: Told[] = [];
  const end = followTold([directory, other], (told) => heard.push(told));
  for (const [index, shard] of shards.entries()) shard.keep(line(String(index)), next);
  await eventually(() => expect(ids(heard).sort()).toEqual(['0', '1']));
  end();
});
