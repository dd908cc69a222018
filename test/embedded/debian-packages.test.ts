import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { unpackPackages } from '../../src/embedded/debian-packages.ts';
import { eventually } from '../support/eventually.ts';

let directory: string;
let into: string;

/** Each download waits for the file that has its number and "-go", and says with another one that it waits. */
const APT_GET = `#!/bin/sh
case "$*" in
  *download*)
    n=1; while ! mkdir "$DIRECTORY/$n" 2>/dev/null; do n=$((n + 1)); done
    until [ -e "$DIRECTORY/$n-go" ]; do sleep 0.01; done
    echo "$n" > one.deb ;;
  *) echo "Inst one" ;;
esac`;

/** Unpacks a file named by the number of its download. */
const DPKG = `#!/bin/sh
touch "$3/from-$(cat "$2")"`;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'tallylight-unpack-'));
  into = path.join(directory, 'package');
  const programs = path.join(directory, 'programs');
  await mkdir(programs);
  for (const [name, text] of Object.entries({ 'apt-get': APT_GET, dpkg: DPKG })) {
    await writeFile(path.join(programs, name), text);
    await chmod(path.join(programs, name), 0o755);
  }
  vi.stubEnv('PATH', `${programs}:${process.env.PATH}`);
  vi.stubEnv('DIRECTORY', directory);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true, force: true });
});

const unpack = (): Promise<void> => unpackPackages({ packages: ['one'], into });
const waits = (download: number) => eventually(() => stat(path.join(directory, String(download))));
const letGo = (download: number) => writeFile(path.join(directory, `${download}-go`), '');

it('of two who unpack the same at once the second one leaves what the first one uses already', async () => {
  const both = [unpack(), unpack()];
  await Promise.all([waits(1), waits(2)]);
  await letGo(1);
  await Promise.race(both);
  await letGo(2);
  await Promise.all(both);
  expect(await readdir(into)).toEqual(['from-1']);
});

it('what was there before, and does not run, is replaced as a whole, once', async () => {
  await mkdir(path.join(into, 'broken'), { recursive: true });
  const both = [unpack(), unpack()];
  await Promise.all([waits(1), waits(2)]);
  await letGo(2);
  await Promise.race(both);
  await letGo(1);
  await Promise.all(both);
  expect(await readdir(into)).toEqual(['from-2']);
  expect((await readdir(directory)).filter((name) => name.startsWith('package-'))).toEqual([]);
});
