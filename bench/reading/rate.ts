/** How many of `items` a second `work` takes, part after part. */
export async function rateOf<T>(
  parts: readonly (readonly T[])[],
  work: (part: readonly T[]) => Promise<void>,
): Promise<number> {
  const startedAt = performance.now();
  let done = 0;
  for (const part of parts) {
    await work(part);
    done += part.length;
  }
  return (1_000 * done) / (performance.now() - startedAt);
}
