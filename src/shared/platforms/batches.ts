/** Cuts a list into pieces of at most `size`. */
export function batchesOf<T>(items: readonly T[], size: number): T[][] {
  const batches: T[][] = [];
  for (let start = 0; start < items.length; start += size) batches.push(items.slice(start, start + size));
  return batches;
}

/** Runs `work` on every item, at most `limit` at a time. Rejects with the first error, after which no new item begins. */
export async function eachOf<T>(items: readonly T[], limit: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  let failed = false;
  const lane = async (): Promise<void> => {
    for (const item of waiting) {
      if (failed) return;
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
}

/**
 * Asks batch by batch and puts the answers together. An error ends it; what was learned before is kept.
 * @throws the error when nothing was learned
 */
export async function gathered<T, K, V>(
  batches: readonly (readonly T[])[],
  ask: (batch: readonly T[]) => Promise<Iterable<readonly [K, V]>>,
): Promise<Map<K, V>> {
  const answers = new Map<K, V>();
  for (const [at, batch] of batches.entries()) {
    try {
      for (const [key, value] of await ask(batch)) answers.set(key, value);
    } catch (error) {
      if (at === 0) throw error;
      return answers;
    }
  }
  return answers;
}
