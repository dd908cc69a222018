import { PLATFORMS, type PerPlatform, type Platform } from '../domain/platform.ts';
import { type KeyReading, type KeyRules, refused } from './key-reading.ts';
import type { PlatformData } from './platform-data.ts';
import { twitcastingKeys } from './twitcasting/key.ts';
import { twitchKeys } from './twitch/key.ts';
import { twitterKeys } from './twitter/key.ts';
import { youtubeKeys } from './youtube/key.ts';

const RULES: PerPlatform<KeyRules> = {
  youtube: youtubeKeys,
  twitch: twitchKeys,
  twitter: twitterKeys,
  twitcasting: twitcastingKeys,
};

/**
 * Makes one key, or one name to resolve, of every accepted spelling: bare, prefixed (`twitch_user:…`) or an address.
 * A prefix ends at the first `:` only, since identifiers hold colons themselves. Never throws.
 * @param data what the publisher knows of the channel: it can make a key of a login without asking the platform
 */
export function readKey(platform: Platform, spelling: string, data: PlatformData | null = null): KeyReading {
  const text = spelling.trim();
  const address = addressOf(text);
  if (address) return readAddress(platform, address, { text, data });
  const separator = text.indexOf(':');
  const prefix = text.slice(0, Math.max(separator, 0)).toLowerCase();
  const owner = PLATFORMS.find((candidate) => Object.hasOwn(RULES[candidate].prefixes, prefix));
  if (!owner) return RULES[platform].readBare(text, data);
  const readPrefixed = RULES[platform].prefixes[prefix];
  if (owner !== platform || !readPrefixed) return refused(`a channel of ${platform}`, text);
  return readPrefixed(text.slice(separator + 1).trim(), data);
}

interface Given {
  readonly text: string;
  readonly data: PlatformData | null;
}

function readAddress(platform: Platform, address: URL, { text, data }: Given): KeyReading {
  const { hosts } = RULES[platform];
  if (!hosts.includes(hostOf(address))) return refused(`an address of ${hosts[0]}`, text);
  return RULES[platform].readAddress(address, data);
}

/** @returns undefined when the text is no web address; without `https://` it must begin with a host we know */
function addressOf(text: string): URL | undefined {
  const hasScheme = /^https?:\/\//i.test(text);
  const whole = hasScheme ? text : `https://${text}`;
  if (!URL.canParse(whole)) return undefined;
  const address = new URL(whole);
  if (hasScheme) return address;
  const isKnownHost = PLATFORMS.some((platform) => RULES[platform].hosts.includes(hostOf(address)));
  return isKnownHost && text.includes('/') ? address : undefined;
}

function hostOf(address: URL): string {
  return address.hostname.replace(/^www\./, '');
}
