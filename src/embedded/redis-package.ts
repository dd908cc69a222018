import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { runProgram } from './run-program.ts';

/**
 * Unpacks the Debian packages of Redis, with the libraries this system lacks, into a directory. Needs no root, changes
 * nothing of the system, and starts no service, as installing them would.
 * @throws what apt-get says when they cannot be had
 */
export async function unpackRedis(into: string): Promise<void> {
  const work = `${into}-${randomBytes(4).toString('hex')}`;
  const root = path.join(work, 'root');
  await mkdir(root, { recursive: true });
  try {
    await download(work);
    const packages = (await readdir(work)).filter((name) => name.endsWith('.deb'));
    for (const name of packages) await runProgram({ command: 'dpkg', args: ['-x', path.join(work, name), root] });
    await chmod(root, 0o755);
    await rm(into, { recursive: true, force: true });
    await rename(root, into);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** A fresh container has no package lists, and those of an old machine name files that are gone: then get our own. */
async function download(work: string): Promise<void> {
  try {
    await downloadWith([], work);
  } catch {
    const options = await privateLists(work);
    await aptGet([...options, 'update']);
    await downloadWith(options, work);
  }
}

async function downloadWith(options: readonly string[], work: string): Promise<void> {
  const wanted = ['redis-server', 'redis-tools'];
  const plan = await aptGet([...options, '--simulate', '--no-install-recommends', 'install', ...wanted]);
  const missing = [...plan.matchAll(/^Inst (\S+)/gm)].map((match) => match[1] ?? '');
  // What is installed but does not run, or is not on the PATH, is not in the plan.
  const names = new Set([...missing, ...wanted]);
  await aptGet([...options, 'download', ...names], work);
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
async function aptGet(args: readonly string[], cwd = '/'): Promise<string> {
  return runProgram({ command: 'apt-get', args, cwd }).catch((cause: Error) => {
    const complaint = /^E: .*/m.exec(cause.message)?.[0] ?? cause.message;
    throw new Error(`apt-get cannot get the packages of Redis (${complaint})`, { cause });
  });
}
