import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { sleep } from '../src/shared/runtime/clock.ts';

export interface ProcessSpec {
  readonly name: string;
  /** What comes after `node`. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** File that its output is appended to. */
  readonly log: string;
  readonly onLine?: (line: string) => void;
  /** Whenever it says that it is ready, the first time included. */
  readonly onReady?: () => void;
}

/** A process that is started again whenever it ends, as a supervisor would do it. */
export interface Supervised {
  readonly name: string;
  /** Resolves when it has said that it is ready, since it was last started; of one that ends before, its successor has to. */
  ready(): Promise<void>;
  /** Any signal; after one that ends it, it is soon there again. */
  signal(name: NodeJS.Signals): void;
  /** The number of the process that runs now. */
  pid(): number | undefined;
  say(line: string): void;
  /** How often it ended by itself: nobody had killed it. */
  crashes(): number;
  end(): Promise<void>;
}

const RESTART_MS = 500;

export function supervise({ name, args, env, log, onLine, onReady }: ProcessSpec): Supervised {
  const file = createWriteStream(log, { flags: 'a' });
  let [ending, killed, crashes] = [false, false, 0];
  let child = start();

  interface Running {
    readonly child: ChildProcess;
    readonly ready: Promise<void>;
    readonly ended: Promise<void>;
  }

  function start(): Running {
    const process_ = spawn(process.execPath, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    process_.stdin.on('error', () => undefined); // its end is told by "exit"
    const ready = new Promise<void>((resolve) => {
      createInterface({ input: process_.stdout }).on('line', (line) => {
        file.write(`${line}\n`);
        if (line !== 'ready' && !line.includes('"msg":"ready"')) return onLine?.(line);
        resolve();
        onReady?.();
      });
    });
    createInterface({ input: process_.stderr }).on('line', (line) => file.write(`${line}\n`));
    const ended = new Promise<void>((resolve) => process_.once('exit', () => resolve()));
    void ended.then(again);
    return { child: process_, ready, ended };
  }

  function again(): void {
    if (ending) return;
    if (!killed) crashes += 1;
    killed = false;
    setTimeout(() => {
      if (!ending) child = start();
    }, RESTART_MS);
  }

  async function ready(): Promise<void> {
    const now = child;
    const isReady = await Promise.race([now.ready.then(() => true), now.ended.then(() => false)]);
    if (isReady || ending) return;
    while (child === now && !ending) await sleep(RESTART_MS);
    return ready();
  }

  return {
    name,
    ready,
    signal(signal) {
      killed ||= signal === 'SIGKILL' || signal === 'SIGTERM';
      child.child.kill(signal);
    },
    pid: () => child.child.pid,
    say: (line) => void child.child.stdin?.write(`${line}\n`),
    crashes: () => crashes,
    async end() {
      ending = true;
      child.child.kill('SIGKILL');
      await child.ended;
      file.end();
    },
  };
}
