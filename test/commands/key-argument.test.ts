import { expect, test } from 'vitest';
import { UsageError } from '../../src/commands/exit-codes.ts';
import { readKeyArgument } from '../../src/commands/key-argument.ts';

test.each([
  ['youtube/UC81tUN0Ljo_kr7CYSgcNPXQ', { platform: 'youtube', identifier: 'UC81tUN0Ljo_kr7CYSgcNPXQ' }],
  ['youtube/holo', { platform: 'youtube', identifier: 'holo' }],
  ['twitch/Someone', { platform: 'twitch', kind: 'login', name: 'someone' }],
  ['twitcasting/c:amam_frfr_', { platform: 'twitcasting', identifier: 'c:amam_frfr_' }],
  ['twitch/https://www.twitch.tv/someone', { platform: 'twitch', kind: 'login', name: 'someone' }],
  ['https://x.com/Someone', { platform: 'twitter', kind: 'screen_name', name: 'someone' }],
  ['www.youtube.com/@Someone', { platform: 'youtube', kind: 'handle', name: 'someone' }],
  ['twitch_id:141981764', { platform: 'twitch', identifier: '141981764' }],
])('%s is read', (text, expected) => {
  expect(readKeyArgument(text)).toEqual(expected);
});

test.each([
  ['12345', /could be of several platforms: say which, one of twitch\/12345/],
  ['@someone', /could be of several platforms/],
  ['vimeo/someone', /expected an address, or a platform and a channel/],
  ['youtube/short', /^KEY: expected a channel id/],
  ['https://example.com/someone', /expected an address/],
  ['', /expected an address/],
])('%o is refused with what to write instead', (text, expected) => {
  expect(() => readKeyArgument(text)).toThrow(UsageError);
  expect(() => readKeyArgument(text)).toThrow(expected);
});
