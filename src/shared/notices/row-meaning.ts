import { parseSnowflake } from '../contracts/snowflake.ts';
import type { StreamName } from '../domain/follow.ts';
import type { NoticeFollow, NoticeTable, OwnedChannel } from '../domain/notice.ts';
import type { Platform } from '../domain/platform.ts';
import { isCategory, type StreamKey } from '../domain/stream-key.ts';
import { readKey } from '../platforms/key.ts';
import { learnedName, type NamedKey } from '../platforms/learned-name.ts';
import type { PlatformData } from '../platforms/platform-data.ts';
import type { TextRow } from './read-table.ts';

/** What one row says; a row that says nothing of interest is empty. */
export interface RowMeaning {
  readonly follow?: NoticeFollow<StreamKey | StreamName>;
  /** Whom a name means. */
  readonly learned?: NamedKey | undefined;
  readonly owned?: OwnedChannel;
  /** A YouTube channel that the bot trusts. */
  readonly trusted?: string;
  /** To be recorded. */
  readonly marked?: StreamKey | StreamName;
}

/** @returns a text that says what was expected where the row cannot be used; never throws */
export function meaningOf(table: NoticeTable, row: TextRow): RowMeaning | string {
  return MEANINGS[table](row);
}

type ReadRow = (row: TextRow) => RowMeaning | string;

const CATEGORIES: Readonly<Record<string, OwnedChannel['category']>> = { '0': 'holo', '1': '2434', '2': 'other' };

const MEANINGS: { readonly [T in NoticeTable]: ReadRow } = {
  // Without a channel for streams the guild still wants the key, in its channel for videos.
  notice_youtube_stream_channel: ([guild = '', streams = '', videos = '', key = '']) =>
    follow('youtube', { guild, channel: isSet(streams) ? streams : videos, key }),
  notice_twitch_stream_channels: ([guild = '', channel = '', key = '']) => follow('twitch', { guild, channel, key }),
  notice_twitter_space_channel: ([guild = '', channel = '', id = '', screenName = '']) =>
    follow('twitter', { guild, channel, key: id.trim() || screenName, data: dataOf(id, screenName) }),
  notice_twitcasting_stream_channels: ([guild = '', channel = '', key = '']) =>
    follow('twitcasting', { guild, channel, key }),
  youtube_channel_spider: ([id = '', isTrusted = '']) =>
    channel(id, (identifier) => (isSet(isTrusted) ? { trusted: identifier } : {})),
  twitch_spider: ([id = '', login = '', isRecord = '']) => person('twitch', { id, name: login, isRecord }),
  twitter_space_spider: ([id = '', screenName = '']) => person('twitter', { id, name: screenName, isRecord: '' }),
  twitcasting_spider: ([screenId = '', userId = '', isRecord = '']) => caster({ screenId, userId, isRecord }),
  record_youtube_channel: ([id = '']) => channel(id, (identifier) => ({ marked: { platform: 'youtube', identifier } })),
  youtube_channel_owned_type: ([id = '', type = '']) =>
    channel(id, (identifier) => {
      const category = CATEGORIES[type.trim()];
      return category ? { owned: { identifier, category } } : `channel_type: expected 0, 1 or 2, got ${shown(type)}`;
    }),
};

interface NoticeRow {
  readonly guild: string;
  readonly channel: string;
  readonly key: string;
  readonly data?: PlatformData;
}

function follow(platform: Platform, { guild, channel, key, data }: NoticeRow): RowMeaning | string {
  const [guildId, channelId] = [parseSnowflake(guild), parseSnowflake(channel)];
  if (!guildId) return `guild: expected a Discord id, got ${shown(guild)}`;
  if (!channelId) return `channel: expected a Discord id, got ${shown(channel)}`;
  const target = targetOf(platform, key, data);
  return typeof target === 'string' ? target : { follow: { target, guildId, channelId } };
}

/** A row about one YouTube channel. */
function channel(id: string, meaning: (identifier: string) => RowMeaning | string): RowMeaning | string {
  const target = targetOf('youtube', id);
  if (typeof target === 'string') return target;
  if (!('identifier' in target) || isCategory(target)) return `channel: expected a channel id (UC…), got ${shown(id)}`;
  return meaning(target.identifier);
}

/** A row about one person of a platform where names change and ids stay. */
function person(
  platform: Platform,
  { id, name, isRecord }: { id: string; name: string; isRecord: string },
): RowMeaning | string {
  const target = targetOf(platform, id.trim() || name);
  if (typeof target === 'string') return target;
  const learned = 'identifier' in target ? learnedName(target, dataOf(id, name)) : undefined;
  return isSet(isRecord) ? { learned, marked: target } : { learned };
}

/** On TwitCasting the screen id is the key, and the numeric id a name for it. */
function caster({ screenId, userId, isRecord }: { screenId: string; userId: string; isRecord: string }) {
  const target = targetOf('twitcasting', screenId.trim() || userId);
  if (typeof target === 'string') return target;
  const user = targetOf('twitcasting', userId);
  const isKnown = 'identifier' in target && typeof user !== 'string' && 'name' in user;
  const learned = isKnown ? { name: user, identifier: target.identifier } : undefined;
  return isSet(isRecord) ? { learned, marked: target } : { learned };
}

function targetOf(platform: Platform, text: string, data?: PlatformData): StreamKey | StreamName | string {
  if (text.trim() === '') return `key: expected a channel of ${platform}, got nothing`;
  const read = readKey(platform, text, data);
  if (read.kind === 'refused') return read.reason.replace(/^stream_key:/, 'key:');
  return read.kind === 'key' ? read.key : read.name;
}

function dataOf(id: string, name: string): PlatformData {
  return { userId: id.trim() || null, login: name.trim() || null };
}

/** Of a number or a flag: not 0, not NULL. */
function isSet(text: string): boolean {
  return text !== '' && !/^0+$/.test(text);
}

function shown(text: string): string {
  return text === '' ? 'nothing' : JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
