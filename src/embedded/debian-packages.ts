import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileExists } from './file-exists.ts';
import { runProgram } from './run-program.ts';

export interface UnpackOptions {
  /** The Debian packages wanted; those they need come along. */
  readonly packages: readonly string[];
  /** The directory they are unpacked into, which is replaced as a whole, unless another process did so meanwhile. */
  readonly into: string;
}

/**
 * Unpacks Debian packages, with the libraries this system lacks, into a directory. Needs no root, changes nothing of
 * the system, and starts no service, as installing them would.
 * @throws what apt-get says when they cannot be had
 */
export async function unpackPackages({ packages, into }: UnpackOptions): Promise<void> {
  const before = await directoryAt(into);
  const work = `${into}-${randomBytes(4).toString('hex')}`;
  const root = path.join(work, 'root');
  await mkdir(root, { recursive: true });
  try {
    await download(packages, work);
    const files = (await readdir(work)).filter((name) => name.endsWith('.deb'));
    for (const file of files) await runProgram({ command: 'dpkg', args: ['-x', path.join(work, file), root] });
    await chmod(root, 0o755);
    // Somebody else may have unpacked the same meanwhile, and uses it already.
    if ((await directoryAt(into)) === before) await replace(into, root);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Tells one directory from another in its place; null where there is none. */
function directoryAt(place: string): Promise<number | null> {
  return stat(place).then(
    ({ ino }) => ino,
    () => null,
  );
}

async function replace(into: string, root: string): Promise<void> {
  await rm(into, { recursive: true, force: true });
  await rename(root, into).catch((error: NodeJS.ErrnoException) => {
    // Somebody was quicker by a moment.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
}

/** A program of packages unpacked into `root`, and what its environment needs; null when it is not there. */
export async function unpackedProgram(root: string, ...place: string[]) {
  const command = path.join(root, ...place);
  if (!(await fileExists(command))) return null;
  // Its libraries lie beside it, in a directory named after the architecture.
  const machine = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }[process.arch as string] ?? '';
  const libraries = ['usr/lib', 'lib'].map((dir) => path.join(root, dir, machine));
  return { command, env: { LD_LIBRARY_PATH: libraries.join(':') } };
}

/** A fresh container has no package lists, and those of an old machine name files that are gone: then get our own. */
async function download(packages: readonly string[], work: string): Promise<void> {
  try {
    await downloadWith([], packages, work);
  } catch {
    const options = await privateLists(work);
    await aptGet([...options, 'update'], packages);
    await downloadWith(options, packages, work);
  }
}

async function downloadWith(options: readonly string[], wanted: readonly string[], work: string): Promise<void> {
  const plan = await aptGet([...options, '--simulate', '--no-install-recommends', 'install', ...wanted], wanted);
  const missing = [...plan.matchAll(/^Inst (\S+)/gm)].map((match) => match[1] ?? '');
  // What is installed but does not run, or is not on the PATH, is not in the plan.
  const names = new Set([...missing, ...wanted]);
  await aptGet([...options, 'download', ...names], wanted, work);
}

async function privateLists(work: string): Promise<string[]> {
  const [state, cache] = [path.join(work, 'state'), path.join(work, 'cache')];
  await mkdir(path.join(state, 'lists', 'partial'), { recursive: true });
  await mkdir(path.join(cache, 'archives', 'partial'), { recursive: true });
  const settings = [
    `Dir::State=${state}`,
    `Dir::State::lists=${path.join(state, 'lists')}`,
    'Dir::State::status=/var/lib/dpkg/status',
    `Dir::Cache=${cache}`,
    'APT::Sandbox::User=root', // apt would else hand the download to an account that may not enter our directory
  ];
  return settings.flatMap((setting) => ['-o', setting]);
}

/** @throws its first complaint: it repeats itself for every repository */
async function aptGet(args: readonly string[], wanted: readonly string[], cwd = '/'): Promise<string> {
  return runProgram({ command: 'apt-get', args, cwd }).catch((cause: Error) => {
    const complaint = /^E: .*/m.exec(cause.message)?.[0] ?? cause.message;
    throw new Error(`apt-get cannot get ${wanted.join(' and ')} (${complaint})`, { cause });
  });
}
