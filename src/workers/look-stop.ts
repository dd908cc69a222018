/** What gives up the looks under way when the worker of a platform stops. */
export interface LookStop {
  /** For a look that begins now. */
  signal(): AbortSignal;
  giveUp(): void;
  /** The worker starts again: later looks are none of those that were given up. */
  renew(): void;
}

export function createLookStop(): LookStop {
  let stopping = new AbortController();
  return {
    signal: () => stopping.signal,
    giveUp: () => stopping.abort(),
    renew() {
      if (stopping.signal.aborted) stopping = new AbortController();
    },
  };
}
