import type * as bot from '../../generated/notices/client.ts';
import type { NoticeTable } from '../domain/notice.ts';

/** The tables as `prisma/notices/schema.prisma` describes them. */
interface Tables {
  readonly notice_youtube_stream_channel: bot.notice_youtube_stream_channel;
  readonly notice_twitch_stream_channels: bot.notice_twitch_stream_channels;
  readonly notice_twitter_space_channel: bot.notice_twitter_space_channel;
  readonly notice_twitcasting_stream_channels: bot.notice_twitcasting_stream_channels;
  readonly youtube_channel_spider: bot.youtube_channel_spider;
  readonly twitch_spider: bot.twitch_spider;
  readonly twitter_space_spider: bot.twitter_space_spider;
  readonly twitcasting_spider: bot.twitcasting_spider;
  readonly record_youtube_channel: bot.record_youtube_channel;
  readonly youtube_channel_owned_type: bot.youtube_channel_owned_type;
}

type ColumnOf<T extends NoticeTable> = keyof Tables[T] & string;

/** The columns that are read, in this order. Of several names the first that the database has is meant. */
export const NOTICE_COLUMNS: { readonly [T in NoticeTable]: readonly (readonly ColumnOf<T>[])[] } = {
  notice_youtube_stream_channel: [
    ['guild_id'],
    ['discord_notice_stream_channel_id'],
    ['discord_notice_video_channel_id'],
    ['you_tube_channel_id'],
  ],
  notice_twitch_stream_channels: [['guild_id'], ['discord_channel_id'], ['notice_twitch_user_id']],
  notice_twitter_space_channel: [
    ['guild_id'],
    ['discord_channel_id'],
    ['notice_twitter_space_user_id'],
    ['notice_twitter_space_user_screen_name'],
  ],
  notice_twitcasting_stream_channels: [['guild_id'], ['discord_channel_id'], ['screen_id', 'channel_id']],
  youtube_channel_spider: [['channel_id'], ['is_trusted_channel']],
  twitch_spider: [['user_id'], ['user_login'], ['is_record']],
  twitter_space_spider: [['user_id'], ['user_screen_name']],
  twitcasting_spider: [['screen_id'], ['channel_id'], ['is_record']],
  record_youtube_channel: [['youtube_channel_id']],
  youtube_channel_owned_type: [['channel_id'], ['channel_type']],
};
