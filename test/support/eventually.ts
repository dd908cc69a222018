import { setTimeout as sleep } from 'node:timers/promises';

/** What has not come by then (ms) never comes, on a slow and busy machine too. What passes takes no longer by it. */
const PATIENCE_MS = 300_000;

/** Repeats an assertion until it holds. @throws its last failure when it does not hold in time */
export async function eventually<T>(assertion: () => T | Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (let pauseMs = 5; ; pauseMs = Math.min(pauseMs * 2, 100)) {
    try {
      return await assertion();
    } catch (failure) {
      if (Date.now() > deadline) throw failure;
    }
    await sleep(pauseMs);
  }
}
