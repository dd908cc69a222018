/**
 * Answers from memory for a while, and asks once when many ask together. A failure is not remembered.
 * @param maxAgeMs how old an answer may be
 */
export function cached<T>(ask: () => Promise<T>, maxAgeMs: number): () => Promise<T> {
  let answer: Promise<T> | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (answer && performance.now() - askedAt < maxAgeMs) return answer;
    askedAt = performance.now();
    const asking = ask();
    answer = asking;
    asking.catch(() => {
      if (answer === asking) answer = undefined;
    });
    return asking;
  };
}
