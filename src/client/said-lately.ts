import type { Said } from './follow-message.ts';

export interface SaidLatelyParts {
  /** When each is said again, in ms. */
  readonly againMs: number;
  /** Most bytes remembered; beyond that the oldest are not said again. */
  readonly maxBytes: number;
}

interface Remembered {
  readonly said: Said;
  readonly bytes: number;
  readonly dueAt: number;
}

/**
 * What Redis has handed to somebody, to be said once more: it counts a listener whose connection is dead as one that
 * heard, until it finds out, and so does nobody know of one that was killed with what it had just heard.
 */
export function createSaidLately({ againMs, maxBytes }: SaidLatelyParts) {
  let remembered: Remembered[] = [];
  let bytesHeld = 0;

  function drop(count: number): Remembered[] {
    const dropped = remembered.slice(0, count);
    remembered = remembered.slice(count);
    for (const { bytes } of dropped) bytesHeld -= bytes;
    return dropped;
  }

  return {
    add(messages: readonly Said[]): void {
      const dueAt = performance.now() + againMs;
      for (const said of messages) {
        const bytes = Buffer.byteLength(said.message);
        remembered.push({ said, bytes, dueAt });
        bytesHeld += bytes;
      }
      while (bytesHeld > maxBytes) drop(1);
    },
    /** Takes out those whose time has come, so many at most. */
    takeDue(most: number): Said[] {
      const now = performance.now();
      const later = remembered.slice(0, most).findIndex(({ dueAt }) => dueAt > now);
      return drop(later < 0 ? most : later).map(({ said }) => said);
    },
    /** In how many ms the next one is due; undefined when there is none. */
    nextMs(): number | undefined {
      const first = remembered[0];
      return first && Math.max(0, Math.ceil(first.dueAt - performance.now()));
    },
  };
}
