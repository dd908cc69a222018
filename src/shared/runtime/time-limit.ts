/** A signal that is aborted when the time is up, or when another one is. */
export interface TimeLimit {
  readonly signal: AbortSignal;
  /** Why it was aborted; null while it was not. */
  reason(): string | null;
  /** What was limited is over: nothing is kept of it. */
  release(): void;
}

/**
 * By hand, because `AbortSignal.any` of Node 20 keeps a trace of every signal it made for as long as its long-lived source
 * lives, and forgets an `AbortSignal.timeout` among its sources when garbage is collected: that limit never comes
 * (https://github.com/nodejs/node/issues/57736).
 */
export function createTimeLimit(outer: AbortSignal, ms: number): TimeLimit {
  const controller = new AbortController();
  let reason: string | null = null;
  const stop = (why: string): void => {
    reason ??= why;
    controller.abort();
  };
  const stopped = (): void => stop('it was stopped');
  const timer = setTimeout(() => stop(`nothing complete within ${ms} ms`), ms);
  outer.addEventListener('abort', stopped, { once: true });
  if (outer.aborted) stopped();
  return {
    signal: controller.signal,
    reason: () => reason,
    release: () => {
      clearTimeout(timer);
      outer.removeEventListener('abort', stopped);
    },
  };
}
