import type { Platform } from '../src/shared/domain/platform.ts';
import type { Random } from './random.ts';

/** Who a made-up streamer is. */
export interface Identity {
  /** The canonical key: YouTube channel id, Twitch user id, X rest id, TwitCasting screen id. */
  readonly identifier: string;
  /** The id that the platform itself works with: the identifier, but on TwitCasting the numeric user id. */
  readonly userId: string;
  /** What people type: handle without `@`, login, screen name, screen id. */
  readonly login: string;
}

const DIGITS = '0123456789';
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const ALPHANUMERIC = `${LETTERS.toUpperCase()}${LETTERS}${DIGITS}`;

/** 11 base64url characters hold 66 bits, so of the last one only these are possible in a 64-bit video id. */
const VIDEO_END = 'AEIMQUYcgkosw048';

/** A streamer nobody else has: ids as the platform gives them, names that can be read aloud. */
export function identityOn(platform: Platform, random: Random): Identity {
  const name = `${nameOf(random)}${random.integer(10, 99_999)}`;
  if (platform === 'youtube') return same(youtubeChannelId(random), name);
  if (platform === 'twitch') return same(decimal(random, 8, 10), name);
  if (platform === 'twitter') return same(decimal(random, 15, 19), name.slice(0, 15));
  const screenId = random.chance(0.2) ? `${random.pick(['c', 'g'])}:${name}` : name;
  return { identifier: screenId, userId: twitcastingUserId(screenId, random), login: screenId };
}

/** An id for one more broadcast (or upload), in the platform's own form. */
export function broadcastIdOn(platform: Platform, random: Random): string {
  if (platform === 'youtube') return youtubeVideoId(random);
  if (platform === 'twitch') return decimal(random, 12, 12);
  if (platform === 'twitter') return `1${random.text(12, ALPHANUMERIC)}`;
  // Real ids passed 688 million in 2021; readers that keep 32 bits must fail here rather than in production.
  return decimal(random, 12, 12);
}

export function youtubeChannelId(random: Random): string {
  return `UC${random.text(21, BASE64URL)}${random.text(1, 'AQgw')}`;
}

/** One in ten is all digits and one in ten starts with a hyphen: both are valid and both break careless readers. */
function youtubeVideoId(random: Random): string {
  const kind = random.integer(0, 9);
  if (kind === 0) return `${random.text(10, DIGITS)}${random.text(1, '048')}`;
  const start = kind === 1 ? '-' : random.text(1, BASE64URL);
  return `${start}${random.text(9, BASE64URL)}${random.text(1, VIDEO_END)}`;
}

/** Accounts born on X have a number; the others repeat their prefixed screen id. */
function twitcastingUserId(screenId: string, random: Random): string {
  return screenId.includes(':') ? screenId : decimal(random, 9, 19);
}

function decimal(random: Random, fewest: number, most: number): string {
  return `${random.integer(1, 9)}${random.text(random.integer(fewest, most) - 1, DIGITS)}`;
}

function nameOf(random: Random): string {
  const syllable = (): string => `${random.text(1, 'bdfghkmnprstwyz')}${random.text(1, 'aeiou')}`;
  return Array.from({ length: random.integer(2, 4) }, syllable).join('');
}

function same(identifier: string, login: string): Identity {
  return { identifier, userId: identifier, login };
}
