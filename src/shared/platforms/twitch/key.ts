import { type KeyReading, type KeyRules, key, knownId, name, pathParts, refused } from '../key-reading.ts';
import type { PlatformData } from '../platform-data.ts';

/** The lasting id. */
const USER_ID = /^[1-9]\d{0,19}$/;
/** New logins have four characters at least, old ones can be shorter. */
const LOGIN = /^[a-z0-9_]{1,25}$/;

const EXPECTED = 'a Twitch user id, login or channel address';

/** First parts of a path that are pages of Twitch, not channels. */
const PAGES = new Set(
  'activate bits broadcast clip collections communities creatorcamp dashboard directory downloads drops embed event events following friends game inventory jobs login logout manager messages moderator p payments popout prime privacy products redeem search settings signup store subs subscriptions team teams turbo user videos wallet watch'.split(
    ' ',
  ),
);

export const twitchKeys: KeyRules = {
  prefixes: { twitch_id: readId, twitch_user: readLogin },
  hosts: ['twitch.tv', 'm.twitch.tv', 'go.twitch.tv'],
  readAddress,
  readBare: (text, data) => (/^\d+$/.test(text) ? readId(text) : readLogin(text, data)),
};

function readId(text: string): KeyReading {
  return USER_ID.test(text) ? key('twitch', text) : refused('a Twitch user id, digits only', text);
}

function readLogin(text: string, data: PlatformData | null): KeyReading {
  const login = text.replace(/^@/, '').toLowerCase();
  if (!LOGIN.test(login)) return refused(EXPECTED, text);
  const id = knownId(login, data);
  return id && USER_ID.test(id) ? key('twitch', id) : name('twitch', 'login', login);
}

function readAddress(address: URL, data: PlatformData | null): KeyReading {
  const [login = ''] = pathParts(address);
  return PAGES.has(login.toLowerCase()) ? refused(EXPECTED, address.href) : readLogin(login, data);
}
