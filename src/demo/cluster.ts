import path from 'node:path';
import { sleep } from '../shared/runtime/clock.ts';
import { type Child, startChild } from './child.ts';
import type { Undo } from './undo.ts';

/** Every role a process of its own, two of them polling. */
const PROCESSES = [
  { name: 'listen', role: 'listen' },
  { name: 'flush', role: 'flush' },
  { name: 'sync', role: 'sync' },
  { name: 'web', role: 'web' },
  { name: 'poll-1', role: 'poll' },
  { name: 'poll-2', role: 'poll' },
] as const;

/** What the roles allow themselves for a graceful stop, and a little more. */
const STOP_MS = 12_000;

const READY_MS = 60_000;
const RETRY_MS = 100;

export interface ClusterParts {
  readonly env: Readonly<Record<string, string>>;
  /** The port of role web; 0: any. */
  readonly webPort: number;
  readonly logs: string;
  readonly undo: Undo;
}

export interface Cluster {
  /** Where each process answers, by its name. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Resolves with a sentence when one of them ended by itself. */
  readonly lost: Promise<string>;
}

/** @throws the sentence of a process that ended while it started */
export async function startCluster({ env, webPort, logs, undo }: ClusterParts): Promise<Cluster> {
  const started = PROCESSES.map(({ name, role }) =>
    startRole({
      name,
      role,
      env: { ...env, ...(role === 'web' && { HTTP_PORT: String(webPort) }) },
      log: path.join(logs, `${name}.log`),
    }),
  );
  undo.add(() => Promise.all(started.map(({ child }) => child.end(STOP_MS))));
  const lost = Promise.race(started.map(({ child }) => child.lost));
  const failed = lost.then((how) => {
    throw new Error(how);
  });
  const answering = started.map(async ({ ready }) => {
    const [name, address] = await ready;
    await untilReady(name, address);
    return [name, address] as const;
  });
  const addresses = await Promise.race([Promise.all(answering), failed]);
  failed.catch(() => undefined); // from here on `lost` tells it
  return { addresses: Object.fromEntries(addresses), lost };
}

interface StartedRole {
  readonly child: Child;
  /** Resolves with its name and where it listens, once all its services run. */
  readonly ready: Promise<readonly [string, string]>;
}

function startRole(spec: { name: string; role: string; env: ClusterParts['env']; log: string }): StartedRole {
  const { name, role, env, log } = spec;
  let address = '';
  let isReady: (entry: readonly [string, string]) => void = () => undefined;
  const ready = new Promise<readonly [string, string]>((resolve) => {
    isReady = resolve;
  });
  const onLine = (line: string): void => {
    const said = logLine(line);
    if (said?.msg === 'http listening') address = said.address ?? '';
    if (said?.msg === 'ready') isReady([name, address]);
  };
  return { ready, child: startChild({ name, args: ['run', role], env, log, onLine }) };
}

/** Until it says itself that it can work: its servers answer it too. @throws when it does not in time */
async function untilReady(name: string, address: string): Promise<void> {
  for (let waited = 0; waited < READY_MS; waited += RETRY_MS) {
    const answer = await fetch(`${address}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await sleep(RETRY_MS);
  }
  throw new Error(`${name} runs, but does not answer ${address}/readyz with 200 within ${READY_MS / 1_000} s`);
}

/** @returns null when it is no line of our log */
function logLine(line: string): { msg?: string; address?: string } | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
