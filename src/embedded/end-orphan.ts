import { setTimeout as sleep } from 'node:timers/promises';
import { identify } from './process-identity.ts';

/**
 * Ends a server that outlived its guard, so that a new one can have its data directory.
 * @param gentle the signal that ends it cleanly
 * @throws when it is still there after SIGKILL, or belongs to somebody else
 */
export async function endOrphan(pid: number, gentle: 'SIGINT' | 'SIGTERM'): Promise<void> {
  const orphan = await identify(pid);
  if (!orphan) return;
  for (const { signal, patienceMs } of [
    { signal: gentle, patienceMs: 15_000 },
    { signal: 'SIGKILL', patienceMs: 5_000 },
  ] as const) {
    process.kill(pid, signal);
    if (await goneWithin(pid, patienceMs)) return;
  }
  throw new Error(`process ${pid} holds the data directory and does not end, even by SIGKILL`);
}

async function goneWithin(pid: number, patienceMs: number): Promise<boolean> {
  for (let waited = 0; waited < patienceMs; waited += 50) {
    if ((await identify(pid)) === null) return true;
    await sleep(50);
  }
  return false;
}
