import type pg from 'pg';

/** The least that storing follows costs: their rows in one statement, with nothing checked, counted or locked. */
export async function insertFollows(client: pg.Client, identifiers: readonly string[], guildId: string): Promise<void> {
  await client.query(
    `INSERT INTO follow (platform, identifier, guild_id, channel_id, user_id, said_at, source)
     SELECT 'twitch', identifier, $2, '1234567890123456789', '2345678901234567890', now(), 'event'
     FROM unnest($1::text[]) AS k(identifier)`,
    [identifiers, guildId],
  );
}
