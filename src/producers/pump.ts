/**
 * Runs `step` again and again while there is more to do, one at a time.
 * @param step says whether there is more; never throws: what can fail is its own business
 */
export function createPump(step: () => Promise<boolean>) {
  let running: Promise<void> | undefined;
  let kicked = false;

  async function run(): Promise<void> {
    do kicked = false;
    while ((await step()) || kicked);
    running = undefined;
  }

  return {
    /** Starts it, or has the running one look once more. */
    kick(): void {
      kicked = true;
      running ??= run();
    },
    /** Resolves when it has come to rest. */
    async rested(): Promise<void> {
      while (running) await running;
    },
  };
}
