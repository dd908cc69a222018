import { isCategory } from '../../domain/stream-key.ts';
import { type KeyReading, type KeyRules, key, name, pathParts, refused } from '../key-reading.ts';

/** 128 bits in base64: the last character carries only two of them. */
const CHANNEL = /^UC[A-Za-z0-9_-]{21}[AQgw]$/;
const VIDEO = /^[A-Za-z0-9_-]{11}$/;
/** Handles are not only Latin, and ignore case. */
const HANDLE = /^@[^\s@/?#:\p{C}]{3,30}$/u;
const LEGACY_NAME = /^[^\s@/?#:\p{C}]{1,100}$/u;

const EXPECTED = 'a channel id (UC… of 24 characters), an @handle, an address, or holo, 2434, other';

/** First parts of a path that are pages of YouTube, not channels. */
const PAGES = new Set(
  'about account ads clip creators embed feed feeds gaming hashtag howyoutubeworks kids learning live_chat music new oembed oops paid_memberships playlist playlists post premium redirect reporthistory results shorts signin source sports studio t trends upload videos watch'.split(
    ' ',
  ),
);

export const youtubeKeys: KeyRules = {
  prefixes: { yt_channel: readBare, yt_video: readVideo },
  hosts: ['youtube.com', 'm.youtube.com', 'music.youtube.com', 'gaming.youtube.com', 'youtu.be'],
  readAddress,
  readBare,
};

function readBare(text: string): KeyReading {
  const category = { platform: 'youtube', identifier: text.toLowerCase() } as const;
  if (isCategory(category)) return { kind: 'key', key: category };
  if (text.startsWith('@')) return readHandle(text);
  return CHANNEL.test(text) ? key('youtube', text) : refused(EXPECTED, text);
}

function readHandle(text: string): KeyReading {
  const handle = folded(text);
  return HANDLE.test(handle) ? name('youtube', 'handle', handle.slice(1)) : refused(EXPECTED, text);
}

/** A video names its channel. Its id keeps its case. */
function readVideo(text: string): KeyReading {
  return VIDEO.test(text) ? name('youtube', 'video', text) : refused('a video id of 11 characters', text);
}

function readLegacyName(kind: 'user' | 'custom', text: string): KeyReading {
  const legacy = folded(text);
  return LEGACY_NAME.test(legacy) ? name('youtube', kind, legacy) : refused(EXPECTED, text);
}

function readAddress(address: URL): KeyReading {
  const [first = '', second = ''] = pathParts(address);
  if (address.hostname.endsWith('youtu.be')) return readVideo(first);
  if (first.startsWith('@')) return readHandle(first);
  switch (first) {
    case 'channel':
      return CHANNEL.test(second) ? key('youtube', second) : refused(EXPECTED, address.href);
    case 'user':
      return readLegacyName('user', second);
    case 'c':
      return readLegacyName('custom', second);
    case 'watch':
      return readVideo(address.searchParams.get('v') ?? '');
    case 'live':
    case 'shorts':
    case 'embed':
    case 'v':
      return readVideo(second);
    default:
      return readVanity(first, address);
  }
}

/** `youtube.com/NAME`, the oldest form of a custom address. */
function readVanity(first: string, address: URL): KeyReading {
  if (first === '' || PAGES.has(first.toLowerCase())) return refused(EXPECTED, address.href);
  return CHANNEL.test(first) ? key('youtube', first) : readLegacyName('custom', first);
}

function folded(text: string): string {
  return text.normalize('NFC').toLowerCase().normalize('NFC');
}
