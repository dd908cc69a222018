/** Somebody waits, somebody else says that there is something to do. Said before the waiting, it counts too. */
export interface Signal {
  raise(): void;
  /** @param ms at most so long; for ever when not given */
  raised(ms?: number): Promise<void>;
}

export function createSignal(): Signal {
  let isRaised = false;
  let wake: (() => void) | undefined;
  return {
    raise() {
      isRaised = true;
      wake?.();
    },
    async raised(ms) {
      let timer: NodeJS.Timeout | undefined;
      if (!isRaised) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (ms !== undefined) timer = setTimeout(resolve, ms);
        });
      }
      clearTimeout(timer);
      wake = undefined;
      isRaised = false;
    },
  };
}
