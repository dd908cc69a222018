import type { NameWish, Snowflake } from '../domain/follow.ts';
import { nameText } from '../platforms/adapter.ts';
import type { Database } from '../runtime/database.ts';

/**
 * Which follows by name find no room: a name takes the room of the follow that it will be. What waits already stays, and
 * an unfollow always finds room. Nothing is locked: processes that keep names of one guild at the same moment may let in
 * as many more as each of them keeps at a time.
 */
export async function crowdedOut(
  database: Database,
  wishes: readonly NameWish[],
  perGuild: number,
): Promise<Set<NameWish>> {
  const follows = wishes.filter((wish) => wish.action === 'follow');
  const guilds = [...new Set(follows.map((wish) => wish.guildId))];
  if (guilds.length === 0 || perGuild === Infinity) return new Set();
  const held = await heldByGuilds(database, guilds);
  if (guilds.every((guild) => (held.get(guild) ?? 0) + follows.length <= perGuild)) return new Set();
  const waiting = await waitingAlready(database, guilds);
  const out = new Set<NameWish>();
  for (const wish of follows.filter((each) => !waiting.has(placeOf(each)))) {
    const number = held.get(wish.guildId) ?? 0;
    if (number >= perGuild) out.add(wish);
    else held.set(wish.guildId, number + 1);
  }
  return out;
}

async function heldByGuilds(database: Database, guilds: readonly Snowflake[]): Promise<Map<Snowflake, number>> {
  const rows = await database.$queryRaw<{ guildId: Snowflake; held: number }[]>`
    SELECT held.guild_id AS "guildId", sum(held.number)::int AS held FROM (
      SELECT guild_id, count(*) AS number FROM follow WHERE guild_id = ANY(${guilds}::text[]) GROUP BY guild_id
      UNION ALL
      SELECT guild_id, count(*) AS number FROM pending_follow
      WHERE guild_id = ANY(${guilds}::text[]) AND action = 'follow' GROUP BY guild_id
    ) AS held GROUP BY held.guild_id`;
  return new Map(rows.map(({ guildId, held }) => [guildId, held]));
}

async function waitingAlready(database: Database, guilds: readonly Snowflake[]): Promise<Set<string>> {
  const rows = await database.$queryRaw<
    { platform: string; kind: string; name: string; guild: string; channel: string }[]
  >`
    SELECT platform, kind, name, guild_id AS guild, channel_id AS channel FROM pending_follow
    WHERE guild_id = ANY(${guilds}::text[]) AND action = 'follow'`;
  return new Set(
    rows.map(({ platform, kind, name, guild, channel }) => `${platform}/${kind}:${name} ${guild} ${channel}`),
  );
}

function placeOf(wish: NameWish): string {
  return `${nameText(wish.target)} ${wish.guildId} ${wish.action === 'follow' ? wish.channelId : ''}`;
}
