import { keyText } from '../shared/domain/stream-key.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { Hint } from './hint.ts';

export interface SpacedHintsParts {
  give(hints: readonly Hint[]): Promise<void>;
  /** A key is hinted at no more often than this, in ms. */
  readonly everyMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Gives the first hint of a key at once, and all that come soon after it together, later: neighbours repeat themselves, and
 * a look costs a request each time. What is said last is always followed by a look.
 */
export function createSpacedHints({ give, everyMs, clock, logger }: SpacedHintsParts) {
  const givenAt = new Map<string, number>();
  const held = new Map<string, Hint>();
  let timer: NodeJS.Timeout | undefined;

  function hold(hints: readonly Hint[]): void {
    for (const hint of hints) held.set(textOf(hint), hint);
    if (held.size > 0) timer ??= setTimeout(() => void release(), everyMs).unref();
  }

  /** Takes out what may be given now. */
  function ripe(hints: readonly Hint[]): Hint[] {
    const now = clock.now().getTime();
    for (const [key, at] of givenAt) if (Math.abs(now - at) >= everyMs) givenAt.delete(key);
    const due = distinct(hints.filter((hint) => !givenAt.has(keyText(hint))));
    hold(hints.filter((hint) => givenAt.has(keyText(hint))));
    for (const hint of due) givenAt.set(keyText(hint), now);
    return due;
  }

  async function release(): Promise<void> {
    timer = undefined;
    const hints = [...held.values()];
    held.clear();
    const due = ripe(hints);
    try {
      if (due.length > 0) await give(due);
    } catch (error) {
      logger.warn({ err: error, hints: due.length }, 'hints cannot be given, trying again');
      hold(due);
    }
  }

  return {
    /** @throws what `give` throws; then nothing was given, and the same hints may be given again */
    async take(hints: readonly Hint[]): Promise<void> {
      const due = ripe(hints);
      try {
        if (due.length > 0) await give(due);
      } catch (error) {
        for (const hint of due) givenAt.delete(keyText(hint));
        throw error;
      }
    },
    /** Gives what is held back, now. Never throws. */
    async end(): Promise<void> {
      clearTimeout(timer);
      givenAt.clear();
      await release();
      clearTimeout(timer);
    },
  };
}

export type SpacedHints = ReturnType<typeof createSpacedHints>;

/** What hints that are the same have in common: a neighbour who repeats itself within a moment says one thing. */
function textOf(hint: Hint): string {
  return `${keyText(hint)} ${hint.broadcastId ?? ''}`;
}

function distinct(hints: readonly Hint[]): Hint[] {
  return [...new Map(hints.map((hint) => [textOf(hint), hint])).values()];
}
