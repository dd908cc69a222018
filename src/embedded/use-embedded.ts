import { spawn } from 'node:child_process';
import { mkdir, open, readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { joinKeeper, type Membership } from './join-keeper.ts';
import { type Addresses, readKeeperAddress, type Wanted } from './keeper-protocol.ts';

const CONTACT_MS = 90_000;
const RETRY_MS = 100;

export interface EmbeddedOptions {
  /** Where everything of the servers is kept: `.tallylight` of the project. */
  readonly dir: string;
  readonly want: Wanted;
  /** Told what goes on while one waits, and when a server had to be started again. */
  readonly onProgress: (line: string) => void;
}

export interface Embedded extends Addresses {
  /** Resolves when the servers have ended, unless somebody else uses them. May be called twice. */
  release(): Promise<void>;
}

/**
 * Uses the embedded servers of a directory, which are started by the first and end with the last process that uses
 * them, however that one ends.
 * @throws a sentence that says why a server cannot be had and what to do
 */
export async function useEmbedded({ dir, want, onProgress }: EmbeddedOptions): Promise<Embedded> {
  await mkdir(dir, { recursive: true });
  const options = { dir: await realpath(dir), want, onProgress };
  let membership = await join(options);
  const { addresses } = membership;
  let released = false;

  const follow = async (): Promise<void> => {
    for (;;) {
      await membership.lost;
      if (released) return;
      onProgress('the keeper of the embedded servers is gone, starting another one');
      membership = await rejoined(options, () => released, membership);
      if (released) return membership.leave();
    }
  };
  const following = follow();

  return {
    ...addresses,
    async release() {
      released = true;
      await membership.leave();
      await following;
    },
  };
}

async function rejoined(options: EmbeddedOptions, given: () => boolean, before: Membership): Promise<Membership> {
  while (!given()) {
    try {
      return await join(options);
    } catch (error) {
      options.onProgress((error as Error).message);
      await sleep(1_000, undefined, { ref: false });
    }
  }
  return before;
}

/** Joins the keeper of the directory, and starts one when there is none. Of several that start, one stays. */
async function join({ dir, want, onProgress }: EmbeddedOptions): Promise<Membership> {
  let started: Started | null = null;
  for (let waited = 0; waited < CONTACT_MS; waited += RETRY_MS) {
    const keeper = await readKeeperAddress(dir);
    const membership = keeper && (await joinKeeper({ keeper, want, onProgress }));
    if (membership) return membership;
    if (started?.failed()) break;
    if (!started?.isRunning()) started = await startKeeper(dir);
    await sleep(RETRY_MS);
  }
  const log = (await readFile(path.join(dir, 'keeper.log'), 'utf8').catch(() => '')).trim();
  throw new Error(
    `the keeper of the embedded servers in ${dir} does not start: ${log.split('\n').pop() || 'it says nothing'}`,
  );
}

interface Started {
  isRunning(): boolean;
  failed(): boolean;
}

/** In a session of its own, so that a Ctrl-C in our terminal does not end it before us. */
async function startKeeper(dir: string): Promise<Started> {
  const log = await open(path.join(dir, 'keeper.log'), 'a', 0o600);
  try {
    const program = fileURLToPath(new URL('./keeper.js', import.meta.url));
    const child = spawn(process.execPath, [program, dir], {
      cwd: '/',
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    let [running, failed] = [true, false];
    child.once('error', () => {
      [running, failed] = [false, true];
    });
    child.once('exit', (code) => {
      [running, failed] = [false, code !== 0];
    });
    child.unref();
    return { isRunning: () => running, failed: () => failed };
  } finally {
    await log.close();
  }
}
