import type { StreamKey } from './stream-key.ts';

/** `category`: a followed category contains the channel. `record`: it is marked to record. */
export type PinReason = 'category' | 'record';

/** Where a pin came from: the bot's own tables, or an operator's command. */
export type PinSource = 'notice' | 'cli';

/** A wish for a key that is no guild's. The key is tracked while it has one, whether or not a guild follows it. */
export interface Pin extends StreamKey {
  readonly reason: PinReason;
  readonly source: PinSource;
}
