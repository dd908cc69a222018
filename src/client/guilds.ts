import type { StreamData } from '../shared/contracts/status-events.ts';
import { type DiscordId, idText } from './follow-message.ts';
import type { StreamChange } from './stream-change.ts';

/** One of so many shards. */
export interface Shard {
  readonly index: number;
  readonly total: number;
}

/** What one guild is to be told of a change. */
export interface GuildNews {
  readonly guildId: string;
  /** The change, with this guild's streams only. */
  readonly change: StreamChange;
}

/**
 * The shard that Discord sends a guild's events to: `(guildId >> 22) mod total`, over 64 bits without a sign.
 * @see https://discord.com/developers/docs/events/gateway#sharding-sharding-formula
 * @throws RangeError | TypeError when the id is none, or there is not at least one shard
 */
export function shardOf(guildId: DiscordId, total: number): number {
  if (!Number.isSafeInteger(total) || total < 1) throw new RangeError(`total: expected 1 or more shards, got ${total}`);
  return Number((BigInt(idText('guildId', guildId)) >> 22n) % BigInt(total));
}

/** The guilds that are this shard's own, in their order. Throws as `shardOf` does. */
export function guildsOfShard<T extends DiscordId>(guilds: Iterable<T>, { index, total }: Shard): T[] {
  return [...guilds].filter((guildId) => shardOf(guildId, total) === index);
}

/**
 * Merges a change into one piece of news for each guild, so that a guild gets one message of three streams, not three.
 * @param followersOf the guilds that follow a stream's channel (`Platform`, `ChannelId`), each as often as you like
 * @param shard leaves out the guilds that are not its own; without it, all that `followersOf` names are told
 */
export function groupByGuild(
  change: StreamChange,
  followersOf: (stream: StreamData) => Iterable<DiscordId>,
  shard?: Shard,
): GuildNews[] {
  const news = new Map<string, StreamData[]>();
  for (const stream of change.streams) {
    const followers = new Set(Array.from(followersOf(stream), (guildId) => idText('guildId', guildId)));
    for (const guildId of shard ? guildsOfShard(followers, shard) : followers) {
      news.set(guildId, [...(news.get(guildId) ?? []), stream]);
    }
  }
  return Array.from(news, ([guildId, streams]) => ({ guildId, change: { ...change, streams } }));
}
