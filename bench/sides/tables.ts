import type { Context } from '../../src/context.ts';

/** Twitch users that nobody has: the identifiers of the benchmark. */
export function identifiersFrom(first: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(100_000_000 + first + i));
}

/** Empties the tables and Redis. */
export async function clear({ database, redis }: Context): Promise<void> {
  await database.$executeRaw`TRUNCATE stream, follow, unfollow, broadcast, change, batch`;
  await redis.flushall();
}

/** Puts one follow for each identifier into the tables, and nothing into Redis. */
export async function fillTables({ database }: Context, identifiers: readonly string[]): Promise<void> {
  await database.$executeRaw`
    INSERT INTO follow (platform, identifier, guild_id, channel_id, said_at, source)
    SELECT 'twitch', identifier, '1', '10', now(), 'event' FROM unnest(${identifiers}::text[]) AS k(identifier)`;
  await database.$executeRaw`
    INSERT INTO stream (platform, identifier, guilds, tracked_since)
    SELECT 'twitch', identifier, 1, now() FROM unnest(${identifiers}::text[]) AS k(identifier)`;
  await database.$executeRawUnsafe('ANALYZE');
}
