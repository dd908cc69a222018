import { untilDone } from './backoff.ts';
import type { Step } from './catch-up.ts';
import type { OnProblem } from './connection.ts';
import type { Position, PositionStore } from './position.ts';
import type { StreamChange } from './stream-change.ts';

/**
 * Called for one change after the other; the next one waits until it has resolved. When it fails it is called again.
 * @param next the position that is saved once it has resolved
 */
export type OnStreams = (change: StreamChange, next: Position) => void | Promise<void>;

/** At least one of the three. */
export interface Handlers {
  /** For every change, before the one for its direction. */
  readonly onChange?: OnStreams;
  readonly onOnline?: OnStreams;
  readonly onOffline?: OnStreams;
  /** Longest pause before a callback that failed is called again, in ms; 30,000 when not given. */
  readonly retryMs?: number;
}

export interface Teller {
  /**
   * Returns when the callback has resolved and the position is saved.
   * @throws the signal's reason when it is aborted before
   */
  tell(step: Step): Promise<void>;
}

export type TellerParts = Handlers & { readonly positions: PositionStore; readonly onProblem: OnProblem };

/** @throws TypeError when there is nobody to tell */
export function createTeller(parts: TellerParts, signal: AbortSignal): Teller {
  const { onChange, onOnline, onOffline, retryMs = 30_000, positions, onProblem } = parts;
  if (!onChange && !onOnline && !onOffline) throw new TypeError('give onChange, onOnline or onOffline');

  function persist(action: () => Promise<void>, what: string): Promise<void> {
    const onFailure = (cause: unknown): void => onProblem(new Error(`${what} failed, trying again`, { cause }));
    return untilDone(action, { signal, maxMs: retryMs, onFailure });
  }

  async function handle(change: StreamChange, next: Position): Promise<void> {
    await onChange?.(change, next);
    await (change.direction === 'online' ? onOnline : onOffline)?.(change, next);
  }

  return {
    async tell({ change, next }) {
      signal.throwIfAborted();
      if (change) await persist(() => handle(change, next), `the callback for event ${change.eventId}`);
      await persist(() => positions.save(next), `saving position ${next.sequence} of epoch ${next.epoch}`);
    },
  };
}
