import type { FollowSource, Snowflake, StreamName } from './follow.ts';
import type { Pin } from './pin.ts';
import type { StreamKey } from './stream-key.ts';

/** The bot's tables that we read, by their own names. */
export const NOTICE_TABLES = [
  'notice_youtube_stream_channel',
  'notice_twitch_stream_channels',
  'notice_twitter_space_channel',
  'notice_twitcasting_stream_channels',
  'youtube_channel_spider',
  'twitch_spider',
  'twitter_space_spider',
  'twitcasting_spider',
  'record_youtube_channel',
  'youtube_channel_owned_type',
] as const;

export type NoticeTable = (typeof NOTICE_TABLES)[number];

/** The bot dropped X Spaces in 2026: these are missing in databases that never had them. */
export const MAY_BE_MISSING: readonly NoticeTable[] = ['notice_twitter_space_channel', 'twitter_space_spider'];

/** A row that says nothing we could follow; the others of its table count all the same. */
export interface RefusedRow {
  readonly table: NoticeTable;
  /** What was expected and what was there. */
  readonly reason: string;
  readonly guildId: string | null;
}

/** What a read of one table came to. `missing`: there is no such table, or it is hidden from our account. */
export type TableRead =
  | { readonly kind: 'read'; readonly rows: number; readonly refused: readonly RefusedRow[] }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly reason: string };

/** A guild wants `target` in one of its channels, says a row. */
export interface NoticeFollow<T extends StreamKey | StreamName = StreamKey> {
  readonly target: T;
  readonly guildId: Snowflake;
  readonly channelId: Snowflake;
}

/** Whose a YouTube channel is: the category that contains it. */
export interface OwnedChannel {
  readonly identifier: string;
  readonly category: 'holo' | '2434' | 'other';
}

/** What the bot's tables say, as far as they could be read. */
export interface NoticeReading {
  readonly tables: Readonly<Record<NoticeTable, TableRead>>;
  readonly follows: readonly NoticeFollow[];
  /** Rows by names whose identifier is not known yet. */
  readonly names: readonly NoticeFollow<StreamName>[];
  readonly owned: readonly OwnedChannel[];
  /** YouTube channels that the bot trusts, whoever owns them. */
  readonly trusted: readonly string[];
  /** Keys marked to record. */
  readonly marked: readonly StreamKey[];
}

/** What our own tables hold of it. */
export interface NoticeState {
  readonly follows: readonly (NoticeFollow & { readonly source: FollowSource })[];
  /** Follows by names that wait to be resolved. */
  readonly pending: readonly (NoticeFollow<StreamName> & { readonly source: FollowSource })[];
  /** Pins that came from the bot's tables. */
  readonly pins: readonly Pin[];
  /** Rows of the last read of a table that was believed; absent when there was none. */
  readonly believed: ReadonlyMap<NoticeTable, number>;
}
