import { keyText, type StreamKey } from '../shared/domain/stream-key.ts';

export type DifferenceKind = 'missing' | 'duplicate' | 'phantom' | 'order' | 'time' | 'shards' | 'late-request';

/** One thing that was not announced as it was. */
export interface Difference {
  readonly kind: DifferenceKind;
  /** The text form of a key, or what else it is about. */
  readonly about: string;
  readonly text: string;
}

export function difference(kind: DifferenceKind, key: StreamKey, text: string): Difference {
  return { kind, about: keyText(key), text };
}
