import type { Streamer } from '../../simulator/broadcast.ts';
import type { Guild } from './guilds.ts';

export interface Saying {
  readonly streamer: Streamer;
  readonly guild: Guild;
  readonly at: Date;
}

/** `stream.follow` as the C# bot writes it: ids are bare 64-bit numbers, unset values are null. */
export function followMessage({ streamer, guild, at }: Saying): string {
  return object({
    platform: text(streamer.platform),
    stream_key: text(spelled(streamer)),
    guild_id: String(guild.id),
    channel_id: String(guild.channelId),
    user_id: String(guild.userId),
    timestamp: text(dotnetTime(at)),
    metadata: JSON.stringify({ channel_title: streamer.name, channel_url: null }),
    platform_data: platformData(streamer),
  });
}

export function unfollowMessage({ streamer, guild, at }: Saying): string {
  return object({
    platform: text(streamer.platform),
    stream_key: text(streamer.identifier),
    guild_id: String(guild.id),
    user_id: String(guild.userId),
    timestamp: text(dotnetTime(at)),
    platform_data: 'null',
  });
}

const text = (value: string): string => JSON.stringify(value);

/** By hand: `JSON.stringify` knows no bigint. */
function object(fields: Record<string, string>): string {
  return `{${Object.entries(fields)
    .map(([name, value]) => `"${name}":${value}`)
    .join(',')}}`;
}

/** The prefixed spelling, where there is one: the bare one is what unfollows use, and both are one key. */
function spelled({ platform, identifier, login }: Streamer): string {
  if (platform === 'youtube') return `yt_channel:${identifier}`;
  if (platform === 'twitch') return `twitch_user:${login}`;
  if (platform === 'twitter') return `twitter_user:${identifier}`;
  return `twitcasting_user:${identifier}`;
}

function platformData({ platform, userId, login, name }: Streamer): string {
  if (platform === 'twitch') return JSON.stringify({ user_id: userId, login, display_name: name });
  if (platform === 'twitter') return JSON.stringify({ user_id: userId, screen_name: login, display_name: name });
  return 'null';
}

/** Seven digits of fraction, as .NET has them. */
function dotnetTime(at: Date): string {
  return at.toISOString().replace('Z', '4881Z');
}
