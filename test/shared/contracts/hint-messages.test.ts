import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  HINT_CHANNELS,
  type NeighbourWord,
  readHintMessage,
  withoutSignature,
} from '../../../src/shared/contracts/hint-messages.ts';

const CHANNEL = 'UC81tUN0Ljo_kr7CYSgcNPXQ';
const VIDEO = 'dQw4w9WgXcQ';
/** All digits, as an id may be. */
const DIGITS = '00123456789';

function said(channel: string, message: string | object): NeighbourWord | string {
  const text = typeof message === 'string' ? message : JSON.stringify(message);
  const reading = readHintMessage(channel, Buffer.from(text));
  return reading.kind === 'word' ? reading.word : reading.reason;
}

const plain = { channel: null, broadcastId: null, recorder: null, membersOnly: false, resubscribe: false };
const video = (broadcastId: string, over: Partial<NeighbourWord> = {}) => ({
  ...{ ...plain, platform: 'youtube' },
  ...{ broadcastId, ...over },
});
const youtube = { platform: 'youtube', identifier: CHANNEL };

/** What TwitCasting posts, as the backend passes it on. */
const LIVE = {
  signature: 'd3b07384d113edec49eaa6238ad5ff00',
  movie: { id: '189037369', user_id: '182224938', title: 'ライブ', is_live: true, hls_url: null, created: 1438500282 },
  broadcaster: { id: '182224938', screen_id: 'Twitcasting_JP', name: 'ツイキャス', profile: null, is_live: true },
};

describe('what the recorder says', () => {
  it.each(['startstream', 'endstream', 'memberonly', 'unarchived', 'deletestream'] as const)('%s', (word) => {
    const membersOnly = word === 'memberonly';
    const channel = `youtube.${word}`;
    expect(said(channel, VIDEO)).toEqual(video(VIDEO, { recorder: word, membersOnly }));
    expect(said(channel, ` ${DIGITS}\n`)).toEqual(video(DIGITS, { recorder: word, membersOnly }));
  });

  it.each([
    [`${VIDEO}:0`, false],
    [`${VIDEO}:1`, true],
    [VIDEO, false],
    [{ VideoId: VIDEO }, false],
    [{ VideoId: VIDEO, ChannelId: null, IsMember: null }, false],
  ])('startstream as %j', (message, membersOnly) => {
    expect(said('youtube.startstream', message)).toEqual(video(VIDEO, { recorder: 'startstream', membersOnly }));
  });

  it.each(['', 'null', `${VIDEO}:2`, `${VIDEO}x`, `"${VIDEO}"`, '{"VideoId":null}', '{"VideoId":"short"}', '{'])(
    'refuses %j, and says why',
    (message) => {
      expect(said('youtube.startstream', message)).toMatch(/^message: expected /);
    },
  );
});

describe('what a person adds', () => {
  it.each([
    VIDEO,
    `https://www.youtube.com/watch?v=${VIDEO}&list=PL1&t=3s`,
    `https://youtu.be/${VIDEO}?si=x`,
    `http://m.youtube.com/watch?v=${VIDEO}`,
    `youtube.com/live/${VIDEO}?feature=share`,
    `https://www.youtube.com/shorts/${VIDEO}`,
    `https://www.youtube.com/embed/${VIDEO}`,
  ])('a video: %s', (message) => expect(said('youtube.addstream', message)).toEqual(video(VIDEO)));

  it('a channel, by its id or its handle', () => {
    expect(said('youtube.addstream', `https://www.youtube.com/channel/${CHANNEL}/live`)).toEqual({
      ...{ ...plain, platform: 'youtube' },
      channel: youtube,
    });
    expect(said('youtube.addstream', 'https://www.youtube.com/@NatoriSana/live')).toMatchObject({
      channel: { platform: 'youtube', kind: 'handle', name: 'natorisana' },
    });
  });

  it.each(['holo', 'https://example.org/watch?v=dQw4w9WgXcQ', 'https://www.youtube.com/feed/subscriptions', '{}'])(
    'refuses %j',
    (message) => expect(said('youtube.addstream', message)).toMatch(/^message: expected a video id/),
  );
});

describe('what the backend passes on', () => {
  const notice = {
    NotificationType: 0,
    VideoId: VIDEO,
    ChannelId: CHANNEL,
    Title: 't',
    Link: 'https://www.youtube.com/watch?v=x',
    Published: '2026-09-26T10:00:00+00:00',
    Updated: '2026-09-26T10:00:01.1234567+00:00',
  };

  it('YouTube created, updated and deleted', () => {
    expect(said('youtube.pubsub.CreateOrUpdate', notice)).toEqual(video(VIDEO, { channel: youtube as never }));
    const nulls = { Title: null, Link: null, Published: null, Updated: null };
    const deleted = { ...notice, ...nulls, NotificationType: 1 };
    expect(said('youtube.pubsub.Deleted', deleted)).toEqual(video(VIDEO, { channel: youtube as never }));
    expect(said('youtube.pubsub.Deleted', { ...deleted, ChannelId: null })).toEqual(video(VIDEO));
    expect(said('youtube.pubsub.Deleted', { ...deleted, VideoId: null })).toMatchObject({ broadcastId: null });
    expect(said('youtube.pubsub.Deleted', { ...deleted, VideoId: null, ChannelId: null })).toMatch(/VideoId/);
  });

  it('a channel to be subscribed again; a category is none', () => {
    const expected = { ...plain, platform: 'youtube', channel: youtube, resubscribe: true };
    expect(said('youtube.pubsub.NeedRegister', CHANNEL)).toEqual(expected);
    for (const wrong of ['holo', '', `"${CHANNEL}"`, 'UCshort']) {
      expect(said('youtube.pubsub.NeedRegister', wrong)).toMatch(/expected a channel id/);
    }
  });

  it.each(['twitch:stream_offline', 'twitch:channel_update'])('%s', (channel) => {
    const broadcaster = { BroadcasterUserId: '141981764', BroadcasterUserName: 'X', BroadcasterUserLogin: 'x' };
    const update = { ...broadcaster, Title: null, Language: 'en', ContentClassificationLabels: ['MatureGame'] };
    const expected = { ...plain, platform: 'twitch', channel: { platform: 'twitch', identifier: '141981764' } };
    expect(said(channel, broadcaster)).toEqual(expected);
    expect(said(channel, update)).toEqual(expected);
    expect(said(channel, '{"BroadcasterUserId":18446744073709551615}')).toMatchObject({
      channel: { identifier: '18446744073709551615' },
    });
    expect(said(channel, { ...broadcaster, BroadcasterUserId: null })).toMatch(/BroadcasterUserId/);
  });

  it('TwitCasting: the screen id is the key, in lower case; by the number alone it must be resolved', () => {
    const channel = 'twitcasting.pubsub.startlive';
    const movie = { platform: 'twitcasting', broadcastId: '189037369' };
    expect(said(channel, LIVE)).toEqual({
      ...{ ...plain, ...movie },
      channel: { platform: 'twitcasting', identifier: 'twitcasting_jp' },
    });
    const { broadcaster } = LIVE;
    expect(said(channel, { ...LIVE, broadcaster: { ...broadcaster, screen_id: 'c:someone' } })).toMatchObject({
      channel: { identifier: 'c:someone' },
    });
    expect(said(channel, { ...LIVE, broadcaster: { id: '182224938' } })).toMatchObject({
      ...movie,
      channel: { kind: 'user', name: '182224938' },
    });
    expect(said(channel, { ...LIVE, broadcaster: null })).toMatch(/broadcaster/);
  });
});

it('a signature is kept nowhere, and the rest of the message is', () => {
  const raw = Buffer.from(JSON.stringify({ ...LIVE, broadcaster: null }));
  const kept = withoutSignature(raw).toString();
  expect(kept).not.toContain(LIVE.signature);
  expect(JSON.parse(kept)).toEqual({ ...LIVE, broadcaster: null, signature: '' });
  expect(withoutSignature(Buffer.from('{"signature": "cut of')).toString()).toBe('{"signature": ""');
  expect(said('twitcasting.pubsub.startlive', '{"signature":"s3cret"}')).not.toContain('s3cret');
});

it('nothing that can be published makes a reader throw, or say more than it may', () => {
  const values = fc.oneof(
    fc.string(),
    fc.json(),
    fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('latin1')),
    fc.constantFrom('['.repeat(100_000), `{"VideoId":"${'x'.repeat(300_000)}"}`, '{"__proto__":{"VideoId":"a"}}'),
    fc
      .record({
        VideoId: fc.anything(),
        ChannelId: fc.anything(),
        broadcaster: fc.anything(),
        BroadcasterUserId: fc.anything(),
      })
      .map((fields) => JSON.stringify(fields, (_key, value) => (typeof value === 'bigint' ? `${value}` : value)) ?? ''),
  );
  fc.assert(
    fc.property(fc.constantFrom(...HINT_CHANNELS), values, (channel, text) => {
      const reading = readHintMessage(channel, Buffer.from(text));
      expect(reading.kind === 'refused' ? reading.reason.length : 0).toBeLessThan(300);
      if (reading.kind === 'refused') return;
      const { broadcastId, channel: key } = reading.word;
      expect(broadcastId ?? 'none').toMatch(/^[\w-]{1,64}$/);
      expect(key === null && broadcastId === null).toBe(false);
    }),
    { numRuns: 1_000 },
  );
});
