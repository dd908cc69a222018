import { FOLLOW_CHANNEL, UNFOLLOW_CHANNEL } from '../shared/contracts/channels.ts';
import { MAX_MESSAGE_BYTES } from '../shared/contracts/json.ts';
import { parseSnowflake } from '../shared/contracts/snowflake.ts';
import { isPlatform, PLATFORMS, type Platform } from '../shared/domain/platform.ts';
import { shown } from '../shared/domain/shown.ts';

/** A Discord id: text, as Discord's libraries have it, or a bigint. A JavaScript number would have lost digits. */
export type DiscordId = string | bigint;

/** A guild no longer wants a stream, in any of its channels. */
export interface Unfollow {
  readonly platform: Platform;
  /** A channel's id, or any spelling that docs/events.md lists, such as `twitch_user:someone` or an address. */
  readonly streamKey: string;
  readonly guildId: DiscordId;
  /** Who asked for it. */
  readonly userId?: DiscordId | null;
}

/** A guild wants to hear in one of its channels when a stream goes live. */
export interface Follow extends Unfollow {
  readonly channelId: DiscordId;
  /** Free; `priority` may be `urgent`, `high`, `normal` or `low`. */
  readonly metadata?: Readonly<Record<string, unknown>> | null;
  /** What you know of the channel: spares a question to the platform. */
  readonly platformData?: PlatformData | null;
}

export interface PlatformData {
  readonly userId?: string;
  /** Twitch login. */
  readonly login?: string;
  /** X screen name, without `@`. */
  readonly screenName?: string;
  readonly displayName?: string;
}

/** A message and where it belongs. */
export interface Said {
  readonly channel: string;
  readonly message: string;
}

/**
 * `stream.follow` to the letter of the contract: ids are bare numbers of 64 bits, unset values are null.
 * @param saidAt ISO 8601 with microseconds
 * @throws RangeError | TypeError naming the field that Tallylight would refuse
 */
export function followMessage(follow: Follow, saidAt: string): Said {
  return said(FOLLOW_CHANNEL, {
    ...wanted(follow),
    channel_id: idText('channelId', follow.channelId),
    user_id: optionalId(follow.userId),
    timestamp: JSON.stringify(saidAt),
    metadata: jsonOf('metadata', follow.metadata ?? null),
    platform_data: jsonOf('platformData', wirePlatformData(follow.platformData)),
  });
}

/** `stream.unfollow`, in the same way. */
export function unfollowMessage(unfollow: Unfollow, saidAt: string): Said {
  return said(UNFOLLOW_CHANNEL, {
    ...wanted(unfollow),
    user_id: optionalId(unfollow.userId),
    timestamp: JSON.stringify(saidAt),
  });
}

function wanted({ platform, streamKey, guildId }: Unfollow): Record<string, string> {
  if (!isPlatform(platform))
    throw new RangeError(`platform: expected one of ${PLATFORMS.join(', ')}, got ${shown(String(platform))}`);
  if (typeof streamKey !== 'string') throw new TypeError(`streamKey: expected text, got a ${typeof streamKey}`);
  const key = streamKey.trim();
  if (key === '' || key.length > 512) throw new RangeError('streamKey: expected 1 to 512 characters');
  return {
    platform: JSON.stringify(platform),
    stream_key: JSON.stringify(key),
    guild_id: idText('guildId', guildId),
  };
}

/** Text of a whole number from 1 to 2^64-1. @throws RangeError | TypeError when it is none */
export function idText(field: string, id: DiscordId): string {
  if (typeof id !== 'string' && typeof id !== 'bigint') {
    throw new TypeError(`${field}: expected text or a bigint, got a ${typeof id}: it may have lost digits`);
  }
  const text = parseSnowflake(String(id));
  if (text === undefined)
    throw new RangeError(`${field}: expected a whole number from 1 to 2^64-1, got ${shown(String(id))}`);
  return text;
}

function optionalId(id: DiscordId | null | undefined): string {
  return id === null || id === undefined ? 'null' : idText('userId', id);
}

function wirePlatformData(data: PlatformData | null | undefined): Record<string, string | undefined> | null {
  if (!data) return null;
  return { user_id: data.userId, login: data.login, screen_name: data.screenName, display_name: data.displayName };
}

/** @throws TypeError when it holds what JSON does not, such as a bigint, a function or itself */
function jsonOf(field: string, value: object | null): string {
  try {
    const text: string | undefined = JSON.stringify(value);
    if (text !== undefined) return text;
  } catch (cause) {
    throw new TypeError(`${field}: expected what JSON can hold: ${String(cause).slice(0, 200)}`, { cause });
  }
  throw new TypeError(`${field}: expected what JSON can hold, got a ${typeof value}`);
}

/** By hand: `JSON.stringify` knows no bigint. */
function said(channel: string, fields: Readonly<Record<string, string>>): Said {
  const message = `{${Object.entries(fields)
    .map(([name, value]) => `"${name}":${value}`)
    .join(',')}}`;
  const bytes = Buffer.byteLength(message);
  if (bytes > MAX_MESSAGE_BYTES) {
    throw new RangeError(`the message has ${bytes} bytes, and at most ${MAX_MESSAGE_BYTES} are read: shorten metadata`);
  }
  return { channel, message };
}
