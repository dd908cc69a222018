import type { BroadcastDetails } from './observation.ts';

export type OpenState = 'scheduled' | 'live';
export type BroadcastState = OpenState | 'ended' | 'cancelled' | 'continued';

/** A broadcast as the tables remember it. */
export interface KnownBroadcast {
  readonly id: string;
  readonly identifier: string;
  readonly state: BroadcastState;
  /** The id under which the session was first announced, when it went on under a new one. */
  readonly rootId: string | null;
  readonly title: string;
  readonly scheduledStart: Date | null;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  /** Since when it has not been seen live; the grace counts from here. */
  readonly missingSince: Date | null;
  readonly misses: number;
  readonly details: BroadcastDetails;
  readonly version: number;
}
