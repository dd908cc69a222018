import type { Lane } from './follow.ts';

/** What the follows of a key say about its lane, all of them together. */
export interface LaneWishes {
  /** At least one follow asks for the urgent lane. */
  readonly anyUrgent: boolean;
  /** Every follow asks for the normal lane. */
  readonly allNormal: boolean;
}

/** The most impatient follow decides; where no follow says anything, the configured lane does. */
export function laneOf(configured: Lane, wishes: LaneWishes | undefined): Lane {
  if (wishes?.anyUrgent) return 'urgent';
  return wishes?.allNormal ? 'normal' : configured;
}

/**
 * When a change may leave. Urgent ones at once; normal ones at the end of the window they fall into, the same instant
 * for everybody, so that what belongs together is published together.
 */
export function dueAt(lane: Lane, recordedAt: Date, batchIntervalMs: number): Date {
  if (lane === 'urgent') return recordedAt;
  return new Date((Math.floor(recordedAt.getTime() / batchIntervalMs) + 1) * batchIntervalMs);
}
