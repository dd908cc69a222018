export type DifferenceKind =
  | 'missing'
  | 'duplicate'
  | 'phantom'
  | 'order'
  | 'time'
  | 'unreadable'
  | 'other-event-id'
  | 'follow-lost'
  | 'unwatched'
  | 'polled-unfollowed';

/** One thing that is not as it should be. */
export interface Difference {
  readonly kind: DifferenceKind;
  /** `platform/key`, or who heard it. */
  readonly about: string;
  readonly text: string;
}
