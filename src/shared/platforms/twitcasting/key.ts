import { type KeyReading, type KeyRules, key, name, pathParts, refused } from '../key-reading.ts';

/** Accounts that were not born on Twitter carry where they come from: CAS, Google, Facebook, Instagram. */
const SCREEN_ID = /^(?:(?:c|g|f|ig):)?[a-z0-9_]{1,32}$/;

/** What webhooks carry of accounts born on Twitter. The same person has a screen id, which is the key. */
const USER_ID = /^[1-9]\d{0,19}$/;

const EXPECTED = 'a TwitCasting screen id (such as twitcasting_jp or c:name) or channel address';

/** First parts of a path that are pages of TwitCasting, not people. */
const PAGES = new Set(
  'about account apps category community gamelivelist help index.php indexlogin.php login logout membership policy rankingindex.php search settings setting.php shop stream terms widget'.split(
    ' ',
  ),
);

export const twitcastingKeys: KeyRules = {
  prefixes: { twitcasting_user: readScreenId },
  hosts: ['twitcasting.tv', 'ssl.twitcasting.tv', 'en.twitcasting.tv', 'ja.twitcasting.tv', 'premier.twitcasting.tv'],
  readAddress,
  readBare: readScreenId,
};

/** TwitCasting ignores case and itself writes screen ids in lower case. */
function readScreenId(text: string): KeyReading {
  if (USER_ID.test(text)) return name('twitcasting', 'user', text);
  const screenId = text.toLowerCase();
  return SCREEN_ID.test(screenId) ? key('twitcasting', screenId) : refused(EXPECTED, text);
}

function readAddress(address: URL): KeyReading {
  const [screenId = ''] = pathParts(address);
  return PAGES.has(screenId.toLowerCase()) ? refused(EXPECTED, address.href) : readScreenId(screenId);
}
