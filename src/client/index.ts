/** `tallylight/client`: say what your guilds follow, and hear every stream that goes on or off the air, once. */
export type { StreamData } from '../shared/contracts/status-events.ts';
export type { Platform } from '../shared/domain/platform.ts';
export type { OnProblem, RedisAccess } from './connection.ts';
export { filePositionStore } from './file-position-store.ts';
export { FallbackFullError } from './follow-fallback.ts';
export type { DiscordId, Follow, PlatformData, Unfollow } from './follow-message.ts';
export {
  createFollowPublisher,
  type FollowOutcome,
  type FollowPublisher,
  type FollowPublisherParts,
} from './follow-publisher.ts';
export { type GuildNews, groupByGuild, guildsOfShard, type Shard, shardOf } from './guilds.ts';
export type { Position, PositionStore } from './position.ts';
export { broadcastOf, type StreamChange } from './stream-change.ts';
export { createStreamListener, type StreamListener, type StreamListenerParts } from './stream-listener.ts';
export type { Handlers, OnStreams } from './teller.ts';
