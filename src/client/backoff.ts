import { setTimeout as sleep } from 'node:timers/promises';

export interface Retry {
  /** Ends the waiting and the trying. */
  readonly signal: AbortSignal;
  /** Longest pause between two attempts, in ms. */
  readonly maxMs: number;
  readonly onFailure: (error: unknown) => void;
}

const FIRST_MS = 100;

/**
 * Does it once, and again until it succeeds, with pauses that double.
 * @throws the signal's reason when it fails and the signal is aborted
 */
export async function untilDone<T>(action: () => Promise<T>, { signal, maxMs, onFailure }: Retry): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await action();
    } catch (error) {
      signal.throwIfAborted();
      onFailure(error);
    }
    await pause(pauseMs(attempt, maxMs), signal);
  }
}

/** @param attempt how many have failed before this one */
export function pauseMs(attempt: number, maxMs: number): number {
  return Math.min(FIRST_MS * 2 ** Math.min(attempt, 20), maxMs);
}

/** Waits, or throws the signal's reason as soon as it is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal });
}
