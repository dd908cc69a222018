import type { PushTells } from './push-tells.ts';

/** How often a key is looked at, relative to its platform's interval. */
export type Pace = 'fast' | 'normal' | 'slow' | 'net' | 'rare';

/**
 * `fast`: live, about to start, or usually live at this hour. `slow`: asleep for a month. `net`: the platform tells us by
 * itself, looks only catch what it forgets. `rare`: quarantined.
 * Twice as often halves what a subscriber waits where something happens; four times as rarely pays for it.
 */
const FACTOR: Record<Pace, number> = { fast: 0.5, normal: 1, slow: 4, net: 5, rare: 60 };

const SOON_MS = 15 * 60_000;
const OVERDUE_MS = 60 * 60_000;
const ASLEEP_MS = 30 * 24 * 60 * 60_000;

/** @returns milliseconds between two looks at a key */
export function pollEvery(intervalMs: number, pace: Pace): number {
  return Math.round(intervalMs * FACTOR[pace]);
}

export interface PaceFacts {
  readonly quarantined: boolean;
  readonly live: boolean;
  /** One of the live ones was not found by the last look: looks decide whether it is over. */
  readonly missing: boolean;
  /** What the platform tells of by itself, as far as we believe it now; null: only looks find anything. */
  readonly pushed: PushTells | null;
  /** It usually begins about now, until then. */
  readonly expectedUntil: Date | null;
  /** Of the open scheduled broadcasts. */
  readonly scheduledStarts: readonly Date[];
  /** When it was last seen live, or else became known. */
  readonly lastSignAt: Date;
}

/** Decides the pace of a key from what its last look left behind. */
export function paceOf(facts: PaceFacts, now: Date): Pace {
  if (facts.quarantined) return 'rare';
  if (facts.missing || facts.scheduledStarts.some((start) => isSoon(start, now))) return 'fast';
  if (facts.pushed !== null) return facts.live && facts.pushed !== 'both' ? 'fast' : 'net';
  if (facts.live || (facts.expectedUntil !== null && facts.expectedUntil > now)) return 'fast';
  return now.getTime() - facts.lastSignAt.getTime() > ASLEEP_MS ? 'slow' : 'normal';
}

function isSoon(start: Date, now: Date): boolean {
  const until = start.getTime() - now.getTime();
  return until < SOON_MS && until > -OVERDUE_MS;
}

/** When a key is polled next, from its place in its interval. @returns the instant, ms */
export function nextPollAt(key: string, everyMs: number, now: Date): number {
  const offset = pollOffset(key, everyMs);
  return Math.floor((now.getTime() - offset) / everyMs) * everyMs + offset + everyMs;
}

/**
 * Where in its interval a key is polled, so that keys followed together are not polled together.
 * FNV-1a: spreads alike names well, and every process computes the same.
 * @returns milliseconds from 0 to everyMs
 */
export function pollOffset(key: string, everyMs: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % everyMs;
}
