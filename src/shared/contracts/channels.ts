/** Pub/Sub channels and keys that others read and write. Names are the contract: never change one. */
export const FOLLOW_CHANNEL = 'stream.follow';
export const UNFOLLOW_CHANNEL = 'stream.unfollow';
export const ONLINE_CHANNEL = 'streams.online';
export const OFFLINE_CHANNEL = 'streams.offline';

/** Redis Stream with the envelopes published, entry ids `<sequence>-0`. */
export const LOG_KEY = '{streams}.log';
/** Hash of what is live now: `<platform>/<broadcast id>` → the stream as published. */
export const LIVE_KEY = '{streams}.live';
