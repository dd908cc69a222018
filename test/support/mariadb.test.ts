import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { programOnPath } from '../../src/embedded/run-program.ts';
import { findMariadb, startMariadb } from './mariadb.ts';

const undo: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const step of undo.reverse()) await step();
});

test('a test MariaDB is unpacked where none is installed, and has after SIGKILL what it had', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'tallylight-packages-'));
  undo.push(() => rm(directory, { recursive: true, force: true }));
  // Where there are no Debian packages there is only the installed one to try.
  const hasPackages = (await programOnPath('apt-get')) !== null;
  const program = await findMariadb({ installed: !hasPackages, unpackInto: path.join(directory, 'mariadb') });
  expect(program.server.startsWith(directory)).toBe(hasPackages);
  const server = await startMariadb(program);
  undo.push(server.stop);
  await server.execute('CREATE DATABASE kept', 'CREATE TABLE kept.one (n int)', 'INSERT INTO kept.one VALUES (7)');
  await server.kill();
  await server.restart();
  expect(await server.query('SELECT n FROM kept.one')).toEqual([{ n: 7 }]);
});
