import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import * as channels from '../../src/shared/contracts/channels.ts';
import { readFollowEvents } from '../../src/shared/contracts/follow-events.ts';
import { parseJson } from '../../src/shared/contracts/json.ts';
import {
  type ChangedStream,
  statusEvent,
  streamData,
  toEnvelope,
  toStreamData,
} from '../../src/shared/contracts/status-events.ts';

const fileOf = (path: string): URL => new URL(path, import.meta.url);
const golden = (name: string): Promise<string> => readFile(fileOf(`golden/${name}.golden.json`), 'utf8');
const doc = (): Promise<string> => readFile(fileOf('../../docs/events.md'), 'utf8');

const place = { epoch: '6f1f0c9e-7f0b-4c55-9f6c-0a6e3d8f1b2a', sequence: '' };
const unknown = { title: null, login: null };

const someone: ChangedStream = {
  key: { platform: 'twitch', identifier: '44445555' },
  channel: { title: 'Some One', login: 'someone' },
  broadcast: {
    id: '41002003004',
    title: '早安 "雜談"',
    scheduledStart: null,
    startedAt: new Date('2026-09-26T09:59:58Z'),
    endedAt: null,
    details: {
      url: 'https://www.twitch.tv/someone',
      thumbnailUrl: 'https://static-cdn.jtvnw.net/previews-ttv/live_user_someone-640x360.jpg',
      gameName: 'Just Chatting',
    },
  },
  happenedAt: new Date('2026-09-26T09:59:58Z'),
};

const stranger: ChangedStream = {
  key: { platform: 'twitch', identifier: '66667777' },
  channel: unknown,
  broadcast: {
    ...someone.broadcast,
    id: '41002003077',
    title: '',
    startedAt: new Date('2026-09-26T10:00:02Z'),
    details: {},
  },
  happenedAt: new Date('2026-09-26T10:00:02Z'),
};

const over: ChangedStream = {
  key: { platform: 'youtube', identifier: 'UC81tUN0Ljo_kr7CYSgcNPXQ' },
  channel: { title: 'Some Channel', login: null },
  broadcast: {
    id: 'dQw4w9WgXcQ',
    title: '歌枠',
    scheduledStart: new Date('2026-09-26T10:00:00Z'),
    startedAt: new Date('2026-09-26T10:01:07Z'),
    endedAt: new Date('2026-09-26T12:31:40Z'),
    details: { url: 'https://www.youtube.com/watch?v=dQw4w9WgXcQ', membersOnly: false },
  },
  happenedAt: new Date('2026-09-26T12:31:40Z'),
  endReason: 'ended',
};

describe('the golden events', () => {
  it('are what is published when streams go on air, to the letter', async () => {
    const envelope = toEnvelope(
      {
        eventId: '01998596-4b78-7000-8a3c-5d1e0f2b4c6a',
        platform: 'twitch',
        direction: 'online',
        at: new Date('2026-09-26T10:00:13.512Z'),
        streams: [toStreamData(someone), toStreamData(stranger)],
      },
      { ...place, sequence: '1042' },
    );
    expect(`${JSON.stringify(envelope, null, 2)}\n`).toBe(await golden('streams.online'));
  });

  it('are what is published when a stream goes off the air, to the letter', async () => {
    const envelope = toEnvelope(
      {
        eventId: '01998621-2a64-7000-9b41-7c2d3e4f5a6b',
        platform: 'youtube',
        direction: 'offline',
        at: new Date('2026-09-26T12:32:00.004Z'),
        streams: [toStreamData(over)],
      },
      { ...place, sequence: '1043' },
    );
    expect(`${JSON.stringify(envelope, null, 2)}\n`).toBe(await golden('streams.offline'));
  });

  it('pass the schema that readers use', async () => {
    for (const name of ['streams.online', 'streams.offline']) {
      expect(statusEvent.safeParse(JSON.parse(await golden(name))).error).toBeUndefined();
    }
  });

  it('are read as the follow and the unfollow that the page explains', async () => {
    const read = async (action: 'follow' | 'unfollow') =>
      readFollowEvents(action, parseJson(Buffer.from(await golden(`stream.${action}`))));
    expect(await read('follow')).toMatchObject([
      {
        kind: 'event',
        event: {
          platform: 'twitch',
          streamKey: 'twitch_user:someone',
          guildId: '1096483912345678901',
          channelId: '1096483912345678902',
          userId: '53908232506183680',
          saidAt: '2026-09-26T09:55:43.156488Z',
          priority: 'urgent',
        },
      },
    ]);
    expect(await read('unfollow')).toMatchObject([
      { kind: 'event', event: { guildId: '1096483912345678901', userId: null, saidAt: '2026-09-27T10:00:00.000000Z' } },
    ]);
  });
});

describe('docs/events.md', () => {
  it.each(['stream.follow', 'stream.unfollow', 'streams.online', 'streams.offline'])(
    'shows %s as the tests read it',
    async (name) => {
      expect(await doc()).toContain(`<!-- ${name} -->\n\`\`\`json\n${await golden(name)}\`\`\`\n`);
    },
  );

  it('names every field of an event', async () => {
    const text = await doc();
    const fields = [streamData, statusEvent, statusEvent.shape.Metadata].flatMap((schema) => Object.keys(schema.shape));
    expect(fields.filter((field) => !new RegExp(`\`(Metadata\\.)?${field}\``).test(text))).toEqual(['Metadata']);
  });

  it('names every channel and key that others read', async () => {
    const text = await doc();
    const names = Object.values(channels).filter((name) => typeof name === 'string');
    expect(names.length).toBeGreaterThan(7);
    expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });
});
