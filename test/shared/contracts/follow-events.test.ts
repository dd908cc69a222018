import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type FollowEvent, readFollowEvents } from '../../../src/shared/contracts/follow-events.ts';
import { parseJson } from '../../../src/shared/contracts/json.ts';

const FOLLOW = {
  platform: 'youtube',
  stream_key: 'UC81tUN0Ljo_kr7CYSgcNPXQ',
  guild_id: '81384788765712384',
  channel_id: '381870553235193857',
  user_id: '53908232506183680',
  timestamp: '2026-09-26T10:00:43.1564881Z',
  metadata: null,
};

function read(action: 'follow' | 'unfollow', message: unknown) {
  return readFollowEvents(action, parseJson(Buffer.from(JSON.stringify(message))));
}

function event(action: 'follow' | 'unfollow', message: unknown): FollowEvent {
  const [first] = read(action, message);
  if (first?.kind !== 'event') throw new Error(first?.reason ?? 'nothing was read');
  return first.event;
}

function reason(action: 'follow' | 'unfollow', message: unknown): string {
  const [first] = read(action, message);
  return first?.kind === 'refused' ? first.reason : 'not refused';
}

test('a follow is read with all it says', () => {
  expect(event('follow', FOLLOW)).toEqual({
    action: 'follow',
    platform: 'youtube',
    streamKey: 'UC81tUN0Ljo_kr7CYSgcNPXQ',
    platformData: null,
    guildId: '81384788765712384',
    channelId: '381870553235193857',
    userId: '53908232506183680',
    saidAt: '2026-09-26T10:00:43.156488Z',
    priority: null,
    metadata: null,
  });
});

test('a bare 64-bit number is read to the last digit', () => {
  const text =
    '{"platform":"twitch","stream_key":"12345","guild_id":18446744073709551615,"channel_id":1096483912345678901}';
  const [first] = readFollowEvents('follow', parseJson(Buffer.from(text)));
  expect(first).toMatchObject({ event: { guildId: '18446744073709551615', channelId: '1096483912345678901' } });
});

test('an unfollow needs neither channel nor metadata, and ignores them', () => {
  const { channel_id: _channel, metadata: _metadata, ...unfollow } = FOLLOW;
  expect(event('unfollow', unfollow)).not.toHaveProperty('channelId');
  expect(event('unfollow', { ...FOLLOW, channel_id: 'nonsense', metadata: 'nonsense' })).toEqual(
    event('unfollow', unfollow),
  );
});

test.each([
  ['PascalCase', (name: string) => name.replace(/(?:^|_)(\w)/g, (_match, letter: string) => letter.toUpperCase())],
  ['camelCase', (name: string) => name.replace(/_(\w)/g, (_match, letter: string) => letter.toUpperCase())],
])('%s says the same', (_name, rename) => {
  const renamed = Object.fromEntries(Object.entries(FOLLOW).map(([name, value]) => [rename(name), value]));
  expect(renamed).not.toHaveProperty('guild_id');
  expect(event('follow', renamed)).toEqual(event('follow', FOLLOW));
});

test('extra fields are ignored, and null is unset', () => {
  const message = { ...FOLLOW, extra: { deep: [1] }, user_id: null, timestamp: null, platform_data: null };
  expect(event('follow', message)).toMatchObject({ userId: null, saidAt: null, platformData: null });
});

test('a name in another case does not take the place of the one the contract names', () => {
  expect(event('follow', { GuildId: '5', ...FOLLOW, guildId: '6' })).toMatchObject({ guildId: FOLLOW.guild_id });
});

test('platform data is read for its id and name, and never refused', () => {
  const twitch = { user_id: '12345', login: 'someone', display_name: 'Someone' };
  expect(event('follow', { ...FOLLOW, platform_data: twitch }).platformData).toEqual({
    userId: '12345',
    login: 'someone',
  });
  const twitter = { UserId: '9', ScreenName: 'Somebody' };
  expect(event('follow', { ...FOLLOW, platform_data: twitter }).platformData).toEqual({
    userId: '9',
    login: 'Somebody',
  });
  expect(event('follow', { ...FOLLOW, platform_data: 'nonsense' }).platformData).toBeNull();
  expect(event('follow', { ...FOLLOW, platform_data: { user_id: {}, login: 5 } }).platformData).toEqual({
    userId: null,
    login: null,
  });
});

test.each([
  ['urgent', 'urgent'],
  ['HIGH', 'urgent'],
  ['normal', 'normal'],
  ['low', 'normal'],
  ['whenever', null],
  ['constructor', null],
  [7, null],
])('priority %o asks for the lane %o', (priority, lane) => {
  expect(event('follow', { ...FOLLOW, metadata: { priority } })).toMatchObject({
    priority: lane,
    metadata: { priority },
  });
});

test('metadata is kept as plain values; of too much of it only the known keys', () => {
  expect(event('follow', { ...FOLLOW, metadata: { a: 1, b: { c: [true, null, '2'] } } })).toMatchObject({
    metadata: { a: 1, b: { c: [true, null, '2'] } },
  });
  const huge = { channel_title: 'Someone', record: true, junk: 'x'.repeat(100_000) };
  expect(event('follow', { ...FOLLOW, metadata: huge })).toMatchObject({
    metadata: { channel_title: 'Someone', record: true },
  });
});

test.each([
  ['platform', { platform: 'vimeo' }, /^platform: expected one of youtube, .*got "vimeo"/],
  ['platform', { platform: null }, /^platform: .*got nothing/],
  ['stream_key', { stream_key: '  ' }, /^stream_key: /],
  ['stream_key', { stream_key: 'x'.repeat(600) }, /^stream_key: /],
  ['guild_id', { guild_id: 0 }, /^guild_id: expected a whole number from 1 to 2\^64-1.*got 0/],
  ['guild_id', { guild_id: 1.5 }, /^guild_id: /],
  ['channel_id', { channel_id: null }, /^channel_id: .*got nothing/],
  ['channel_id', { channel_id: 0 }, /^channel_id: /],
  ['user_id', { user_id: 'somebody' }, /^user_id: .*got "somebody"/],
  ['metadata', { metadata: 'text' }, /^metadata: expected an object or null/],
  ['metadata', { metadata: [] }, /^metadata: .*got an array/],
])('an unusable %s is refused by its name', (_field, part, expected) => {
  expect(reason('follow', { ...FOLLOW, ...part })).toMatch(expected);
});

test('all faults of an event are told at once', () => {
  expect(reason('follow', { platform: 'vimeo' })).toMatch(/platform: .*; stream_key: .*; guild_id: .*; channel_id: /);
});

test('each event of an array is judged for itself', () => {
  expect(read('follow', [FOLLOW, { ...FOLLOW, guild_id: null }, 7, FOLLOW]).map(({ kind }) => kind)).toEqual([
    'event',
    'refused',
    'refused',
    'event',
  ]);
  expect(reason('follow', [])).toMatch(/empty array/);
  expect(reason('follow', [[FOLLOW]])).toMatch(/expected an object, got an array/);
});

test('no JSON makes it throw', () => {
  const part = fc.oneof(fc.jsonValue(), fc.constantFrom(...Object.values(FOLLOW)));
  const message = fc.oneof(
    fc.jsonValue(),
    fc.record(Object.fromEntries(Object.keys(FOLLOW).map((name) => [name, part]))),
  );
  fc.assert(
    fc.property(message, (given) => {
      for (const result of read('follow', given)) expect(['event', 'refused']).toContain(result.kind);
      for (const result of read('unfollow', given)) expect(['event', 'refused']).toContain(result.kind);
    }),
  );
});
