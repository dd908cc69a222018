import { describe, expect, it } from 'vitest';
import {
  type ChangedStream,
  inContractOrder,
  statusEvent,
  streamData,
  toEnvelope,
  toStreamData,
} from '../../../src/shared/contracts/status-events.ts';

const bare: ChangedStream = {
  key: { platform: 'twitcasting', identifier: 'c:someone' },
  channel: { title: null, login: null },
  broadcast: { id: '123', title: '', scheduledStart: null, startedAt: null, endedAt: null, details: {} },
  happenedAt: new Date('2026-09-26T10:00:00.000Z'),
};

const rich: ChangedStream = {
  key: { platform: 'twitch', identifier: '44445555' },
  channel: { title: 'Some One', login: 'someone' },
  broadcast: {
    id: '41002003004',
    title: '早安 "quoted"',
    scheduledStart: null,
    startedAt: new Date('2026-09-26T09:59:58.250Z'),
    endedAt: new Date('2026-09-26T11:00:00Z'),
    details: { url: 'https://www.twitch.tv/someone', gameName: 'Just Chatting', membersOnly: false },
  },
  happenedAt: new Date('2026-09-26T11:00:00Z'),
  endReason: 'ended',
};

describe('toStreamData', () => {
  it('fills every required field of a broadcast of which next to nothing is known', () => {
    expect(toStreamData(bare)).toStrictEqual({
      VideoId: '123',
      ChannelId: 'c:someone',
      ChannelTitle: 'c:someone',
      VideoTitle: 'c:someone',
      ScheduledStartTime: '2026-09-26T10:00:00Z',
      Platform: 'twitcasting',
    });
  });

  it('carries everything that is known', () => {
    expect(toStreamData(rich)).toStrictEqual({
      VideoId: '41002003004',
      ChannelId: '44445555',
      ChannelTitle: 'Some One',
      VideoTitle: '早安 "quoted"',
      ScheduledStartTime: '2026-09-26T09:59:58.250Z',
      Platform: 'twitch',
      StreamUrl: 'https://www.twitch.tv/someone',
      UserLogin: 'someone',
      ActualStartTime: '2026-09-26T09:59:58.250Z',
      EndTime: '2026-09-26T11:00:00Z',
      GameName: 'Just Chatting',
      MembersOnly: false,
      EndReason: 'ended',
    });
  });

  it('prefers the scheduled start over the actual one', () => {
    const broadcast = { ...rich.broadcast, scheduledStart: new Date('2026-09-26T09:30:00Z') };
    expect(toStreamData({ ...rich, broadcast }).ScheduledStartTime).toBe('2026-09-26T09:30:00Z');
  });

  it('drops what a jsonb column refuses and keeps the rest of the title', () => {
    const broadcast = { ...bare.broadcast, title: 'a\u0000b\ud83d c\u{1F600}' };
    expect(toStreamData({ ...bare, broadcast }).VideoTitle).toBe('ab\u{FFFD} c\u{1F600}');
  });

  it('takes a title of nothing but spaces for no title', () => {
    const broadcast = { ...bare.broadcast, title: ' \u0000 ' };
    expect(toStreamData({ ...bare, channel: { title: 'T', login: null }, broadcast }).VideoTitle).toBe('T');
  });

  it('passes the schema that readers use', () => {
    expect(streamData.parse(toStreamData(bare))).toStrictEqual(toStreamData(bare));
    expect(streamData.parse(toStreamData(rich))).toStrictEqual(toStreamData(rich));
  });
});

describe('toEnvelope', () => {
  const content = {
    eventId: '0199c2a0-7f00-7000-8000-000000000001',
    platform: 'twitch',
    direction: 'offline',
    at: new Date('2026-09-26T11:00:03.512Z'),
    streams: [toStreamData(rich)],
  } as const;

  it('says its place as text and passes the schema that readers use', () => {
    const envelope = toEnvelope(content, { epoch: 'e', sequence: '9007199254740993' });
    expect(statusEvent.parse(envelope)).toStrictEqual(envelope);
    expect(envelope).toMatchObject({
      IsOnline: false,
      Platform: 'twitch',
      Timestamp: '2026-09-26T11:00:03.512Z',
      Metadata: { EventId: content.eventId, Sequence: '9007199254740993', Epoch: 'e', SchemaVersion: 1 },
    });
  });

  it('writes fields in the order of the contract, however the table gave them back', () => {
    const shuffled = Object.fromEntries(Object.entries({ Extra: 1, ...toStreamData(rich) }).reverse());
    const [first] = toEnvelope(
      { ...content, streams: [streamData.parse(shuffled)] },
      { epoch: 'e', sequence: '1' },
    ).Streams;
    expect(Object.keys(first ?? {})).toEqual([...Object.keys(toStreamData(rich)), 'Extra']);
  });

  it('loses nothing by putting fields in order', () => {
    const stream = { ...toStreamData(rich), Extra: { a: [1] } };
    expect(inContractOrder(stream)).toStrictEqual(stream);
  });
});
