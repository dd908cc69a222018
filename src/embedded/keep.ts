import { randomBytes } from 'node:crypto';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEmbeddedServers } from './embedded-servers.ts';
import { canReach } from './join-keeper.ts';
import { type Release, tryLock } from './keeper-lock.ts';
import { addressFile, type KeeperAddress, readKeeperAddress } from './keeper-protocol.ts';
import { type Door, openDoor } from './user-door.ts';

const LOCK_WAIT_MS = 60_000;

/**
 * Keeps the embedded servers of a directory until its last user is gone, or `stop` is aborted. Resolves at once when
 * another keeper does.
 */
export async function keep(dir: string, stop: AbortSignal): Promise<void> {
  await mkdir(dir, { recursive: true });
  await chmod(dir, 0o711); // root's servers run as another account, which must get through
  const release = await lockOrLeave(dir);
  if (!release) return;
  const token = randomBytes(24).toString('base64url');
  const servers = createEmbeddedServers(dir, (line) => door.tell(line));
  const door: Door = await openDoor({ token, provide: servers.provide });
  try {
    await announce(dir, { port: door.port, token, pid: process.pid });
    await Promise.race([door.deserted, aborted(stop)]);
  } finally {
    await withdraw(dir, token);
    door.shut();
    await servers.stop();
    await release();
    door.sendHome();
  }
}

/** The one before may still be stopping its servers. @returns null when it serves and needs no help */
async function lockOrLeave(dir: string): Promise<Release | null> {
  for (let waited = 0; waited < LOCK_WAIT_MS; waited += 100) {
    const release = await tryLock(dir);
    if (release) return release;
    const address = await readKeeperAddress(dir);
    if (address && (await canReach(address.port))) return null;
    await sleep(100);
  }
  throw new Error(`another process holds ${dir}/keeper.lock but does not answer: end it, then start again`);
}

async function announce(dir: string, address: KeeperAddress): Promise<void> {
  const unfinished = `${addressFile(dir)}.${process.pid}`;
  await writeFile(unfinished, JSON.stringify(address), { mode: 0o600 });
  await rename(unfinished, addressFile(dir));
}

async function withdraw(dir: string, token: string): Promise<void> {
  const address = await readKeeperAddress(dir);
  if (address?.token === token) await rm(addressFile(dir), { force: true });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
