import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type EmbeddedRedis, startRedisServer } from '../src/embedded/redis-server.ts';
import type { RedisProgram } from '../src/embedded/redis-program.ts';
import { sleep } from '../src/shared/runtime/clock.ts';
import { quietPort } from './quiet-port.ts';

/** One of several servers that know each other: all have one password, and each comes back on its port. */
export interface Node {
  readonly port: number;
  readonly url: string;
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface NodeParts {
  readonly program: RedisProgram;
  readonly home: string;
  readonly password: string;
  /** Lines of its configuration beyond those of every server. */
  readonly settings: readonly string[];
}

export async function startNode({ program, home, password, settings }: NodeParts): Promise<Node> {
  await mkdir(home, { recursive: true });
  await writeFile(path.join(home, 'password'), password, { mode: 0o600 });
  const port = await quietPort();
  const replication = [`masterauth ${password}`, 'repl-diskless-sync-delay 0'];
  const open = (): Promise<EmbeddedRedis> =>
    startRedisServer({ program, home, port, account: null, appendOnly: true, settings: [...replication, ...settings] });
  let server = await open();
  return {
    ...{ port, url: server.url },
    kill: () => server.kill(),
    async start() {
      server = await open();
    },
    stop: () => server.stop(),
  };
}

const ASK_AGAIN_MS = 100;
/** A machine that is busy with other things is waited for. */
const PATIENCE_MS = 120_000;

/** Asks until the answer is there. @throws `lacking` when it does not come */
export async function awaited<T>(lacking: string, ask: () => Promise<T | null>): Promise<T> {
  for (let waited = 0; waited < PATIENCE_MS; waited += ASK_AGAIN_MS) {
    const answer = await ask().catch(() => null);
    if (answer !== null) return answer;
    await sleep(ASK_AGAIN_MS);
  }
  throw new Error(lacking);
}
