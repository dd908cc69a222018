import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StreamName } from '../../../src/shared/domain/follow.ts';
import { PLATFORMS, type Platform } from '../../../src/shared/domain/platform.ts';
import { readKey } from '../../../src/shared/platforms/key.ts';
import type { PlatformData } from '../../../src/shared/platforms/platform-data.ts';

const CHANNEL = 'UC81tUN0Ljo_kr7CYSgcNPXQ';
const VIDEO = 'dQw4w9WgXcQ';

/** `key …`, `name kind …`, or why it was refused. */
function reading(platform: Platform, spelling: string, data: PlatformData | null = null): string {
  const read = readKey(platform, spelling, data);
  if (read.kind === 'key') return `key ${read.key.identifier}`;
  return read.kind === 'name' ? `name ${read.name.kind} ${read.name.name}` : read.reason;
}

describe('YouTube', () => {
  test.each([
    [CHANNEL, `key ${CHANNEL}`],
    [` ${CHANNEL}\n`, `key ${CHANNEL}`],
    [`yt_channel:${CHANNEL}`, `key ${CHANNEL}`],
    [`YT_Channel: ${CHANNEL}`, `key ${CHANNEL}`],
    [`https://www.youtube.com/channel/${CHANNEL}`, `key ${CHANNEL}`],
    [`http://m.youtube.com/channel/${CHANNEL}/live?view=1#top`, `key ${CHANNEL}`],
    [`youtube.com/channel/${CHANNEL}/`, `key ${CHANNEL}`],
    ['holo', 'key holo'],
    ['Holo', 'key holo'],
    ['2434', 'key 2434'],
    ['other', 'key other'],
    ['all', 'key all'],
    ['@NatoriSana', 'name handle natorisana'],
    ['yt_channel:@NatoriSana', 'name handle natorisana'],
    ['@名取さな', 'name handle 名取さな'],
    ['https://www.youtube.com/@NatoriSana/streams', 'name handle natorisana'],
    ['https://youtube.com/%40%E5%90%8D%E5%8F%96%E3%81%95%E3%81%AA', 'name handle 名取さな'],
    ['https://www.youtube.com/user/LinusTechTips', 'name user linustechtips'],
    ['https://www.youtube.com/c/LinusTechTips', 'name custom linustechtips'],
    ['https://www.youtube.com/LinusTechTips', 'name custom linustechtips'],
    [`yt_video:${VIDEO}`, `name video ${VIDEO}`],
    ['yt_video:12345678901', 'name video 12345678901'],
    ['yt_video:-abc_def-12', 'name video -abc_def-12'],
    [`https://www.youtube.com/watch?app=desktop&v=${VIDEO}&t=5`, `name video ${VIDEO}`],
    [`https://youtu.be/${VIDEO}?si=abc`, `name video ${VIDEO}`],
    [`https://www.youtube.com/live/${VIDEO}`, `name video ${VIDEO}`],
    [`https://www.youtube.com/shorts/${VIDEO}`, `name video ${VIDEO}`],
  ])('%s is %s', (spelling, expected) => {
    expect(reading('youtube', spelling)).toBe(expected);
  });

  test.each([
    [''],
    ['SomeName'],
    [VIDEO],
    [CHANNEL.slice(0, 23)],
    [`${CHANNEL}x`],
    [CHANNEL.toLowerCase()],
    ['UC81tUN0Ljo_kr7CYSgcNPXB'],
    ['@a'],
    ['yt_video:short'],
    ['https://www.youtube.com/'],
    ['https://www.youtube.com/feed/subscriptions'],
    ['https://www.youtube.com/playlist?list=PL1'],
    ['https://www.youtube.com/watch?v=short'],
    ['https://example.com/channel/UC81tUN0Ljo_kr7CYSgcNPXQ'],
    ['twitch_id:12345'],
    ['https://www.twitch.tv/someone'],
  ])('%o is refused', (spelling) => {
    expect(reading('youtube', spelling)).toMatch(/^stream_key: expected .*, got "/);
  });
});

describe('Twitch', () => {
  const data: PlatformData = { userId: '141981764', login: 'TwitchDev' };

  test.each([
    ['141981764', 'key 141981764'],
    ['18446744073709551615', 'key 18446744073709551615'],
    ['twitch_id:141981764', 'key 141981764'],
    ['twitch_user:TwitchDev', 'name login twitchdev'],
    ['twitch_user:12345', 'name login 12345'],
    ['TwitchDev', 'name login twitchdev'],
    ['@TwitchDev', 'name login twitchdev'],
    ['https://www.twitch.tv/TwitchDev?referrer=raid', 'name login twitchdev'],
    ['m.twitch.tv/twitchdev/videos', 'name login twitchdev'],
  ])('%s is %s', (spelling, expected) => {
    expect(reading('twitch', spelling)).toBe(expected);
  });

  test.each([['twitch_user:twitchdev'], ['TWITCHDEV'], ['https://twitch.tv/twitchdev'], ['141981764']])(
    '%s with platform data is the key of the id',
    (spelling) => {
      expect(reading('twitch', spelling, data)).toBe('key 141981764');
    },
  );

  test('platform data about somebody else is not believed', () => {
    expect(reading('twitch', 'someone', data)).toBe('name login someone');
    expect(reading('twitch', '555', data)).toBe('key 555');
  });

  test.each([
    ['0'],
    ['007'],
    ['twitch_id:someone'],
    ['some one'],
    ['x'.repeat(26)],
    ['twitch.tv/directory/game'],
    ['名取'],
  ])('%o is refused', (spelling) => {
    expect(reading('twitch', spelling)).toMatch(/^stream_key: expected .*, got "/);
  });
});

describe('Twitter', () => {
  const data: PlatformData = { userId: '2244994945', login: '@XDevelopers' };

  test.each([
    ['2244994945', 'key 2244994945'],
    ['twitter_user:2244994945', 'key 2244994945'],
    ['twitter_user:XDevelopers', 'name screen_name xdevelopers'],
    ['@XDevelopers', 'name screen_name xdevelopers'],
    ['@12345', 'name screen_name 12345'],
    ['https://x.com/XDevelopers/status/1', 'name screen_name xdevelopers'],
    ['https://mobile.twitter.com/XDevelopers', 'name screen_name xdevelopers'],
    ['https://x.com/i/user/2244994945', 'key 2244994945'],
  ])('%s is %s', (spelling, expected) => {
    expect(reading('twitter', spelling)).toBe(expected);
  });

  test('a screen name with platform data is the key of the id', () => {
    expect(reading('twitter', 'twitter_user:xdevelopers', data)).toBe('key 2244994945');
  });

  test.each([
    ['x'.repeat(16)],
    ['20000000000000000000'],
    ['https://x.com/home'],
    ['https://x.com/i/spaces/1OdKrBnaEPXKX'],
  ])('%o is refused', (spelling) => {
    expect(reading('twitter', spelling)).toMatch(/^stream_key: expected .*, got "/);
  });
});

describe('TwitCasting', () => {
  test.each([
    ['twitcasting_jp', 'key twitcasting_jp'],
    ['TwitCasting_JP', 'key twitcasting_jp'],
    ['c:amam_frfr_', 'key c:amam_frfr_'],
    ['g:117191215409354941008', 'key g:117191215409354941008'],
    ['f:12345', 'key f:12345'],
    ['ig:someone', 'key ig:someone'],
    ['182224938', 'name user 182224938'],
    ['twitcasting_user:twitcasting_jp', 'key twitcasting_jp'],
    ['twitcasting_user:c:amam_frfr_', 'key c:amam_frfr_'],
    ['https://twitcasting.tv/c:amam_frfr_/movie/189037369', 'key c:amam_frfr_'],
    ['https://ssl.twitcasting.tv/c%3Aamam_frfr_', 'key c:amam_frfr_'],
    ['twitcasting.tv/twitcasting_jp/broadcaster', 'key twitcasting_jp'],
  ])('%s is %s', (spelling, expected) => {
    expect(reading('twitcasting', spelling)).toBe(expected);
  });

  test.each([['z:someone'], ['c:'], ['twitcasting_user:twitcasting_user:a'], ['twitcasting.tv/search/a'], ['a b']])(
    '%o is refused',
    (spelling) => {
      expect(reading('twitcasting', spelling)).toMatch(/^stream_key: expected .*, got "/);
    },
  );
});

const platform = fc.constantFrom(...PLATFORMS);
const pieces = [
  'https://',
  'www.',
  'youtube.com/',
  'twitch.tv/',
  'x.com/',
  'twitcasting.tv/',
  'channel/',
  '@',
  'c:',
  '%',
  '?v=',
];
const prefixes = ['yt_channel:', 'yt_video:', 'twitch_id:', 'twitch_user:', 'twitter_user:', 'twitcasting_user:'];
const piece = fc.oneof(
  fc.constantFrom(...pieces, ...prefixes, CHANNEL, VIDEO, 'holo', '12345', 'Someone', 'toString', '__proto__'),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const spelling = fc.array(piece, { maxLength: 5 }).map((parts) => parts.join(''));

/** A spelling that says outright what the name is. */
const SPELLINGS: Record<StreamName['kind'], (name: string) => string> = {
  login: (name) => `twitch_user:${name}`,
  screen_name: (name) => `@${name}`,
  handle: (name) => `@${name}`,
  video: (name) => `yt_video:${name}`,
  user: (name) => `https://www.youtube.com/user/${encodeURIComponent(name)}`,
  custom: (name) => `https://www.youtube.com/c/${encodeURIComponent(name)}`,
};

function outright({ platform, kind, name }: StreamName): string {
  return platform === 'twitcasting' ? name : SPELLINGS[kind](name);
}

test('normalising twice is normalising once', () => {
  fc.assert(
    fc.property(platform, spelling, (where, text) => {
      const read = readKey(where, text);
      if (read.kind === 'key') expect(readKey(where, read.key.identifier)).toEqual(read);
      if (read.kind === 'name') expect(readKey(where, outright(read.name))).toEqual(read);
    }),
    { numRuns: 2_000 },
  );
});

test('what is read fits its column, and a refusal is short and names the field', () => {
  fc.assert(
    fc.property(platform, fc.oneof(spelling, fc.string({ minLength: 100, maxLength: 600 })), (where, text) => {
      const read = readKey(where, text);
      if (read.kind === 'key') expect(read.key.identifier).toMatch(/^.{1,64}$/);
      else if (read.kind === 'name') expect(read.name.name).toMatch(/^.{1,128}$/u);
      else expect(read.reason).toMatch(/^stream_key: expected .{1,600}$/);
    }),
    { numRuns: 1_000 },
  );
});
