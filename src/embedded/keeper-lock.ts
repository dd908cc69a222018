import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { identify, isRunning, type ProcessIdentity } from './process-identity.ts';

const STEALING_TAKES_MS = 10_000;

/** Gives the directory back to the next keeper. */
export type Release = () => Promise<void>;

/**
 * Makes this process the only keeper of a directory, until it releases it or ends in any way.
 * @returns null while another one has it
 */
export async function tryLock(dir: string): Promise<Release | null> {
  const file = path.join(dir, 'keeper.lock');
  const self = JSON.stringify(await identify(process.pid));
  if (!(await create(file, self))) {
    if (await isHeld(file)) return null;
    if (!(await removeAbandoned(file))) return null;
    if (!(await create(file, self))) return null;
  }
  return async () => {
    if ((await contentOf(file)) === self) await rm(file, { force: true });
  };
}

async function isHeld(file: string): Promise<boolean> {
  const content = await contentOf(file);
  if (content === null) return false;
  const holder = parsed(content);
  // Half written: its holder is just starting, unless it has been so for long.
  if (holder === null) return !(await isOlderThan(file, STEALING_TAKES_MS));
  return isRunning(holder);
}

/**
 * Two processes that both found it abandoned must not remove it one after the other: the second would remove what
 * the first has just made. So only the maker of a second file looks again and removes.
 */
async function removeAbandoned(file: string): Promise<boolean> {
  const right = `${file}.stealing`;
  if (await isOlderThan(right, STEALING_TAKES_MS)) await rm(right, { force: true });
  if (!(await create(right, String(process.pid)))) return false;
  try {
    if (await isHeld(file)) return false;
    await rm(file, { force: true });
    return true;
  } finally {
    await rm(right, { force: true });
  }
}

async function create(file: string, content: string): Promise<boolean> {
  try {
    await writeFile(file, content, { flag: 'wx', mode: 0o644 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function contentOf(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

async function isOlderThan(file: string, ms: number): Promise<boolean> {
  const found = await stat(file).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs > ms;
}

function parsed(content: string): ProcessIdentity | null {
  try {
    return JSON.parse(content) as ProcessIdentity;
  } catch {
    return null;
  }
}
