/** A broadcast as one look saw it. */
export interface SeenBroadcast {
  /** The platform's id of the live session. */
  readonly id: string;
  readonly state: 'scheduled' | 'live' | 'ended' | 'cancelled';
  readonly title: string;
  readonly scheduledStart: Date | null;
  readonly startedAt: Date | null;
  /** The true end, when the platform tells it. */
  readonly endedAt: Date | null;
  readonly details: BroadcastDetails;
}

/** What else an event can carry. All optional: no platform has all of it. */
export interface BroadcastDetails {
  readonly url?: string;
  readonly thumbnailUrl?: string;
  readonly gameName?: string;
  readonly membersOnly?: boolean;
}

/** What the look learned of the channel itself. */
export interface SeenChannel {
  readonly title?: string;
  readonly login?: string;
}

/**
 * What one look saw of one key.
 * `seen`: the platform answered for this key; an open broadcast that is not listed was looked for and not found.
 * `gone`: the platform says, in so many words, that there is no such channel.
 * `unknown`: anything else. It never changes a state.
 */
export type Observation =
  | {
      readonly kind: 'seen';
      readonly broadcasts: readonly SeenBroadcast[];
      readonly channel?: SeenChannel;
      /** Newest items that need no more looks; replaces what was remembered. Absent: no change. */
      readonly settled?: readonly string[];
      /** Open broadcasts that were not asked for this time: not listed, yet no miss. */
      readonly unasked?: readonly string[];
    }
  | { readonly kind: 'gone' }
  | { readonly kind: 'unknown'; readonly reason: string };
