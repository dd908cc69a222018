import type { KnownBroadcast } from './broadcast.ts';

export type Direction = 'online' | 'offline';

/** Why a change is recorded without being announced: it began longer ago than is news. */
export type SilentReason = 'too-old';

/** Why a broadcast is over. */
export type EndReason = 'ended' | 'vanished';

/** A broadcast went online or offline. */
export interface JudgedChange {
  readonly direction: Direction;
  /** The broadcast to tell of: the one that was announced, when it went on under another id. */
  readonly broadcastId: string;
  /** When it truly happened. */
  readonly happenedAt: Date;
  readonly silent: SilentReason | null;
  readonly endReason?: EndReason;
}

/** What one look makes of one broadcast: what to remember of it, and what to tell. */
export interface Verdict {
  readonly next: Omit<KnownBroadcast, 'version'>;
  /** The version that was judged; null for a broadcast never seen before. */
  readonly version: number | null;
  readonly changes: readonly JudgedChange[];
}

/** What a platform's word is worth. */
export interface EndRule {
  /** A return within this many milliseconds is silence. */
  readonly graceMs: number;
  /** Looks in a row that must miss a broadcast before it counts as over. */
  readonly misses: number;
  /** The platform's own "ended" is believed at once; else it only starts the grace. */
  readonly endedAtOnce: boolean;
  /** A reconnect may come back under a new id; within the grace that is the same session. */
  readonly continues: boolean;
  /** An account has one live broadcast at a time: a new one proves that the one before is over. */
  readonly oneAtATime: boolean;
}
