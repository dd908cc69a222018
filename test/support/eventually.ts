import { setTimeout as sleep } from 'node:timers/promises';

/** Repeats an assertion until it holds. @throws its last failure when it does not hold in time */
export async function eventually<T>(assertion: () => T | Promise<T>, timeoutMs = 15_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (let pauseMs = 5; ; pauseMs = Math.min(pauseMs * 2, 100)) {
    try {
      return await assertion();
    } catch (failure) {
      if (Date.now() > deadline) throw failure;
    }
    await sleep(pauseMs);
  }
}
