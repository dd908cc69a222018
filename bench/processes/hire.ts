import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Answer, Duties } from './duty.ts';

/** A process that has lost us ends by itself. */
const PATIENCE_MS = 5_000;

/** A process of its own that does what it is asked. */
export interface Hired<D extends Duties> {
  /** @throws what went wrong there, or that it ended */
  ask<N extends keyof D & string>(duty: N, input: Parameters<D[N]>[0]): Promise<Awaited<ReturnType<D[N]>>>;
  dismiss(): Promise<void>;
}

/**
 * Starts a process from a file beside this one. It ends with ours, whatever ends ours.
 * @param name the file, without its extension
 */
export function hire<D extends Duties>(name: string): Hired<D> {
  const child = fork(fileURLToPath(new URL(`./${name}.js`, import.meta.url)), [], {
    serialization: 'advanced',
    // What it prints is for people: stdout belongs to the result.
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const asked = createAsked(child, name);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    ask: (duty, input) => asked(duty, input) as never,
    async dismiss() {
      if (child.connected) child.disconnect();
      const force = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
      await ended;
      clearTimeout(force);
    },
  };
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

function createAsked(child: ChildProcess, name: string) {
  const pending = new Map<number, Pending>();
  let orders = 0;
  let gone: Error | undefined;
  child.on('message', (answer: Answer) => {
    const waiting = pending.get(answer.id);
    pending.delete(answer.id);
    if ('fault' in answer) waiting?.reject(new Error(`${name}: ${answer.fault}`));
    else waiting?.resolve(answer.value);
  });
  child.once('exit', (code, signal) => {
    gone = new Error(`the process ${name} ended (${code ?? signal})`);
    for (const { reject } of pending.values()) reject(gone);
  });
  return (duty: string, input: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (gone) return reject(gone);
      orders += 1;
      pending.set(orders, { resolve, reject });
      child.send({ id: orders, duty, input });
    });
}
