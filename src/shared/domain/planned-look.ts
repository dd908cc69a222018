import type { StreamKey } from './stream-key.ts';

/** A look that comes at an instant of its own, whatever the key's pace: then something is decided. */
export interface PlannedLook extends StreamKey {
  /** `start`: it is announced for about then. `end`: it was not found, and its grace is over then. */
  readonly why: 'start' | 'end';
  readonly broadcastId: string;
  readonly at: Date;
}
