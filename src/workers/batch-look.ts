import type { FoundBy } from '../shared/domain/found-by.ts';
import { pollEvery } from '../shared/domain/pace.ts';
import { restAfter } from '../shared/domain/rest.ts';
import type { Platform } from '../shared/domain/platform.ts';
import { PlatformError } from '../shared/platforms/errors.ts';
import type { DueKeys } from '../shared/queues/due-keys.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import { createTimeLimit } from '../shared/runtime/time-limit.ts';
import type { Look, Looked } from './look.ts';

export interface BatchLookParts {
  readonly platform: Platform;
  readonly dueKeys: DueKeys;
  readonly look: Look;
  /** Between two looks at a key of normal pace, as it is set now. */
  readonly intervalMs: () => number;
  /** Called with the keys whose pace changed, so that their schedulers follow. */
  readonly onPaceChange: (identifiers: readonly string[]) => void;
  /** Aborted when the worker stops: a look under way is given up, its claims are handed back. */
  readonly stopping: () => AbortSignal;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly timeoutMs?: number;
}

/** One look may take this long; then it is given up. */
export const LOOK_TIMEOUT_MS = 30_000;

export interface ClaimedBatch {
  readonly identifiers: readonly string[];
  /** For which instant (ms) the poll of a key was planned; neighbours taken along have none. */
  readonly slots: ReadonlyMap<string, number>;
  /** What led to the look at each key; at neighbours, that their time had come. */
  readonly causes: ReadonlyMap<string, FoundBy>;
  readonly stretch: number;
}

/** Looks at keys that were claimed, and ends the claims: settled when something was learned, else given back. */
export function createBatchLook(parts: BatchLookParts) {
  const { dueKeys, look, clock } = parts;
  return async function lookAtBatch(batch: ClaimedBatch): Promise<Map<string, Looked>> {
    const startedAt = clock.now().getTime();
    const stopping = parts.stopping();
    const limit = createTimeLimit(stopping, parts.timeoutMs ?? LOOK_TIMEOUT_MS);
    try {
      const looked = await look({ identifiers: batch.identifiers, causes: batch.causes }, limit.signal);
      await dueKeys.settle(
        batch.identifiers.map((identifier) => ({
          identifier,
          dueAt: nextDue(parts, batch, identifier, looked, startedAt),
        })),
      );
      const tookMs = clock.now().getTime() - startedAt;
      parts.logger.debug({ platform: parts.platform, keys: batch.identifiers.length, tookMs }, 'looked');
      const moved = [...looked].filter(([, { paceChanged }]) => paceChanged).map(([identifier]) => identifier);
      if (moved.length > 0) parts.onPaceChange(moved);
      return looked;
    } catch (error) {
      await giveBack(parts, batch, { error, isStopping: stopping.aborted });
      throw error;
    } finally {
      limit.release();
    }
  };
}

/**
 * Counted from the slot, not from now: a poll that ran late must not make the next one come too early to be due.
 * Neighbours have none: they are spread over a tenth of their interval, as the claim does it.
 */
function nextDue(
  { intervalMs }: BatchLookParts,
  { slots, stretch }: ClaimedBatch,
  identifier: string,
  looked: ReadonlyMap<string, Looked>,
  startedAt: number,
): number | null {
  const pace = looked.get(identifier)?.pace;
  if (pace === undefined || pace === 'normal') return null;
  const every = pollEvery(intervalMs(), pace) * stretch;
  const slot = slots.get(identifier) ?? startedAt + (Math.random() - 0.5) * 0.1 * every;
  return Math.max(slot, startedAt - every / 2) + every;
}

/** Nothing was learned: the keys are due again, and the platform rests if it said so or keeps failing. */
async function giveBack(
  parts: BatchLookParts,
  batch: ClaimedBatch,
  { error, isStopping }: { error: unknown; isStopping: boolean },
): Promise<void> {
  const { platform, dueKeys, clock, logger } = parts;
  const now = clock.now().getTime();
  const failures = await dueKeys.giveBack(batch.identifiers, now, isToBlame(error));
  const restMs = isStopping ? 0 : restMsAfter(error, failures, now);
  await dueKeys.rest(error instanceof Error ? error.message : String(error), restMs);
  logger.warn({ platform, err: error, keys: batch.identifiers.length, restMs }, 'look failed');
}

/** Our own trouble, such as a database that is away, is no reason to rest from the platform. */
function restMsAfter(error: unknown, failures: number, now: number): number {
  if (!isToBlame(error)) return 0;
  if (error.restUntil) return error.restUntil.getTime() - now;
  return restAfter(failures);
}

function isToBlame(error: unknown): error is PlatformError {
  return error instanceof PlatformError && !error.ours;
}
