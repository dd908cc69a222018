import type { StreamKey } from './stream-key.ts';

/** A look that comes at an instant of its own, whatever the key's pace: then something is decided. */
export interface PlannedLook extends StreamKey {
  /**
   * `start`: it is announced for about then. `end`: it was not found, and its grace is over then. `pushed`: its platform
   * tells of it from now on, and what happened just before has to be caught up on.
   */
  readonly why: 'start' | 'end' | 'pushed';
  /** The broadcast, or the key's own identifier. */
  readonly about: string;
  readonly at: Date;
}
