import { type KeyReading, type KeyRules, key, knownId, name, pathParts, refused } from '../key-reading.ts';
import type { PlatformData } from '../platform-data.ts';

/** The lasting id, 63 bits. */
const REST_ID = /^[1-9]\d{0,18}$/;
const SCREEN_NAME = /^[a-z0-9_]{1,15}$/;

const EXPECTED = 'an X user id, screen name or profile address';

/** First parts of a path that are pages of X, not people. */
const PAGES = new Set(
  'about account compose download explore hashtag help home i intent jobs login logout messages notifications oauth privacy search settings share signup tos who_to_follow widgets'.split(
    ' ',
  ),
);

export const twitterKeys: KeyRules = {
  prefixes: { twitter_user: readUser },
  hosts: ['x.com', 'twitter.com', 'mobile.twitter.com', 'mobile.x.com', 'm.twitter.com'],
  readAddress,
  readBare: readUser,
};

function readUser(text: string, data: PlatformData | null): KeyReading {
  return /^\d+$/.test(text) ? readId(text) : readScreenName(text, data);
}

function readId(text: string): KeyReading {
  return REST_ID.test(text) ? key('twitter', text) : refused('an X user id, digits only', text);
}

function readScreenName(text: string, data: PlatformData | null): KeyReading {
  const screenName = text.replace(/^@/, '').toLowerCase();
  if (!SCREEN_NAME.test(screenName)) return refused(EXPECTED, text);
  const id = knownId(screenName, data);
  return id && REST_ID.test(id) ? key('twitter', id) : name('twitter', 'screen_name', screenName);
}

function readAddress(address: URL, data: PlatformData | null): KeyReading {
  const [first = '', second = '', third = ''] = pathParts(address);
  if (first === 'i' && second === 'user') return readId(third);
  if (first === 'i' && second === 'spaces') return refused("the address of the Space's host, x.com/NAME", address.href);
  return PAGES.has(first.toLowerCase()) ? refused(EXPECTED, address.href) : readScreenName(first, data);
}
