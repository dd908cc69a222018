/** Pub/Sub channels and keys that others read and write. Names are the contract: never change one. */
export const FOLLOW_CHANNEL = 'stream.follow';
export const UNFOLLOW_CHANNEL = 'stream.unfollow';
export const ONLINE_CHANNEL = 'streams.online';
export const OFFLINE_CHANNEL = 'streams.offline';

/** Redis Stream with the envelopes published, entry ids `<sequence>-0`. */
export const LOG_KEY = '{streams}.log';
/** Hash of what is live now: `<platform>/<broadcast id>` → the stream as published. */
export const LIVE_KEY = '{streams}.live';

/** Names the run of sequence numbers in force; another one means that what was read before cannot be continued. */
export const EPOCH_KEY = '{streams}.epoch';
/** Sequence number of the newest event of the epoch. */
export const SEQUENCE_KEY = '{streams}.sequence';
/** Present for a day after an event was published: `<epoch> <sequence>` under which it was. */
export const eventKey = (eventId: string): string => `{streams}.event:${eventId}`;
/** A field of the hash of what is live now. */
export const liveField = (platform: string, broadcastId: string): string => `${platform}/${broadcastId}`;

/**
 * Prefix of what listeners remember of what they heard. The braces keep all of it in one slot of a Redis Cluster, so that one clock dates
 * everything; the server that holds it is also where follows are published and heard.
 */
export const HEARD_PREFIX = 'tallylight:{heard}:';
