import type { Random } from '../../simulator/random.ts';
import type { Streamer } from '../../simulator/broadcast.ts';

/** A made-up Discord guild, with ids as Discord gives them: beyond what a JavaScript number can hold. */
export interface Guild {
  readonly id: bigint;
  readonly channelId: bigint;
  readonly userId: bigint;
}

/** A streamer and the guilds that follow them. */
export interface Followed {
  readonly streamer: Streamer;
  readonly guilds: readonly Guild[];
}

/** Low bits of a Discord id that do not take part in sharding. */
const SHARD_BITS = 22n;

/** Discord's rule. */
export function shardOf(guildId: bigint, shards: number): number {
  return Number((guildId >> SHARD_BITS) % BigInt(shards));
}

/** So many guilds for each shard, shard by shard in turn. */
export function makeGuilds(random: Random, shards: number, perShard: number): Guild[] {
  return Array.from({ length: shards * perShard }, (_, index) => ({
    id: guildOf(random, shards, index % shards),
    channelId: snowflake(random),
    userId: snowflake(random),
  }));
}

/** Every streamer is followed by one to three guilds, the one who will be left by two on different shards. */
export function castOf(streamers: readonly Streamer[], guilds: readonly Guild[], leaving: Streamer): Followed[] {
  return streamers.map((streamer, index) => {
    const count = streamer === leaving ? 2 : 1 + (index % 3);
    const first = index * 2;
    const chosen = Array.from({ length: count }, (_, i) => guilds[(first + i) % guilds.length]);
    return { streamer, guilds: chosen.filter((guild) => guild !== undefined) };
  });
}

function guildOf(random: Random, shards: number, shard: number): bigint {
  for (;;) {
    const id = snowflake(random);
    if (shardOf(id, shards) === shard) return id;
  }
}

/** Milliseconds since 2015, then 22 bits. Odd and above 2^53: as a double it would become another id. */
function snowflake(random: Random): bigint {
  const ms = BigInt(random.integer(100_000_000_000, 350_000_000_000));
  return (ms << SHARD_BITS) | BigInt(random.integer(0, 2 ** 21 - 1) * 2 + 1);
}
