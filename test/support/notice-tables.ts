import type { TestMariadb } from './mariadb.ts';

/**
 * The bot's tables, as its own migrations leave them: snake_case as written, no foreign keys, no unique indexes beyond
 * the primary ones, strings `longtext` that may be NULL, ids `bigint unsigned`, times local and UTC mixed.
 */
const TABLES: Readonly<Record<string, string>> = {
  notice_youtube_stream_channel: `id int NOT NULL AUTO_INCREMENT PRIMARY KEY, guild_id bigint unsigned NOT NULL,
    discord_notice_stream_channel_id bigint unsigned NOT NULL, discord_notice_video_channel_id bigint unsigned NOT NULL,
    you_tube_channel_id longtext, new_stream_message longtext, date_added datetime(6)`,
  notice_twitch_stream_channels: `id int NOT NULL AUTO_INCREMENT PRIMARY KEY, guild_id bigint unsigned NOT NULL,
    discord_channel_id bigint unsigned NOT NULL, notice_twitch_user_id longtext, start_stream_message longtext,
    date_added datetime(6)`,
  notice_twitter_space_channel: `id int NOT NULL AUTO_INCREMENT PRIMARY KEY, guild_id bigint unsigned NOT NULL,
    discord_channel_id bigint unsigned NOT NULL, notice_twitter_space_user_id longtext,
    notice_twitter_space_user_screen_name longtext, date_added datetime(6)`,
  notice_twitcasting_stream_channels: `id int NOT NULL AUTO_INCREMENT PRIMARY KEY, guild_id bigint unsigned NOT NULL,
    discord_channel_id bigint unsigned NOT NULL, screen_id longtext, start_stream_message longtext, date_added datetime(6)`,
  youtube_channel_spider: `id int NOT NULL AUTO_INCREMENT PRIMARY KEY, guild_id bigint unsigned NOT NULL DEFAULT 0,
    channel_title longtext, channel_id longtext, is_trusted_channel tinyint(1) NOT NULL DEFAULT 0, date_added datetime(6)`,
  twitch_spider: `user_id varchar(255) NOT NULL PRIMARY KEY, guild_id bigint unsigned NOT NULL DEFAULT 0,
    user_login longtext, user_name longtext, is_record tinyint(1) NOT NULL DEFAULT 0, date_added datetime(6)`,
  twitter_space_spider: `user_id varchar(255) NOT NULL PRIMARY KEY, guild_id bigint unsigned NOT NULL DEFAULT 0,
    user_screen_name longtext, date_added datetime(6)`,
  twitcasting_spider: `id int NOT NULL AUTO_INCREMENT PRIMARY KEY, guild_id bigint unsigned NOT NULL DEFAULT 0,
    channel_title longtext, screen_id longtext, channel_id longtext, is_record tinyint(1) NOT NULL DEFAULT 0,
    date_added datetime(6)`,
  record_youtube_channel: `id int NOT NULL AUTO_INCREMENT PRIMARY KEY, youtube_channel_id longtext, date_added datetime(6)`,
  youtube_channel_owned_type: `id int NOT NULL AUTO_INCREMENT PRIMARY KEY, channel_id longtext, channel_title longtext,
    channel_type int NOT NULL, date_added datetime(6)`,
};

export const BOT_DATABASE = 'discord_stream_bot';

/** An account that may do no more than the documentation asks for. */
export const READER = { user: 'tallylight', password: 'only-reading' };

/** The bot's database anew, with all its tables and no rows. */
export async function makeNoticeTables(server: TestMariadb): Promise<void> {
  await server.execute(
    `CREATE OR REPLACE DATABASE ${BOT_DATABASE} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`,
    ...Object.entries(TABLES).map(([name, columns]) => `CREATE TABLE ${BOT_DATABASE}.${name} (${columns})`),
    `CREATE OR REPLACE USER '${READER.user}'@'127.0.0.1' IDENTIFIED BY '${READER.password}'`,
    `GRANT SELECT ON ${BOT_DATABASE}.* TO '${READER.user}'@'127.0.0.1'`,
  );
}

/** The address under which Tallylight reads the bot's tables. */
export function noticeUrl(server: TestMariadb): string {
  return server.url(BOT_DATABASE, READER);
}

type Value = string | number | bigint | boolean | null;

/** Adds rows to one of the tables; each names the columns it sets. */
export async function addRows(
  server: TestMariadb,
  table: string,
  rows: readonly Readonly<Record<string, Value>>[],
): Promise<void> {
  const columns = Object.keys(rows[0] ?? {});
  const statements: string[] = [];
  for (let from = 0; from < rows.length; from += 2_000) {
    const values = rows.slice(from, from + 2_000).map((row) => `(${columns.map((name) => literal(row[name])).join()})`);
    statements.push(`INSERT INTO ${BOT_DATABASE}.${table} (${columns.join()}) VALUES ${values.join()}`);
  }
  await server.execute(...statements);
}

function literal(value: Value | undefined): string {
  if (typeof value !== 'string') return String(value ?? null);
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''").replaceAll('\0', '\\0')}'`;
}
