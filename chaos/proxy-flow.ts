import type net from 'node:net';
import { sleep } from '../src/shared/runtime/clock.ts';

/** One direction of a connection. */
export interface Flow {
  /** From now on nothing comes through, and no end either. */
  lose(): void;
}

/** Carries what comes from one socket to the other, in its order, and how it ends. */
export function flow(from: net.Socket, to: net.Socket, delayMs: () => number): Flow {
  let lost = false;
  let before: Promise<void> = Promise.resolve();

  /** Each waits for the one before it: when a delay becomes shorter, nothing may overtake. */
  function carry(act: () => void): void {
    const until = delayMs() > 0 ? sleep(delayMs()) : undefined;
    before = before.then(() => until).then(() => (lost ? undefined : act()));
  }

  function write(chunk: Buffer): void {
    if (to.write(chunk)) return;
    from.pause();
    to.once('drain', () => from.resume());
  }

  from.on('data', (chunk: Buffer) => carry(() => write(chunk)));
  from.on('end', () => carry(() => to.end()));
  from.on('error', () => undefined); // told by "close"
  from.on('close', (failed) => carry(() => (failed ? to.resetAndDestroy() : to.destroySoon())));
  return {
    lose() {
      lost = true;
      from.resume();
    },
  };
}
