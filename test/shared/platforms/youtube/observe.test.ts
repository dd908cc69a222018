import { describe, expect, test } from 'vitest';
import type { LookTarget } from '../../../../src/shared/platforms/adapter.ts';
import { type VideoRow, videosAnswer } from '../../../../src/shared/platforms/youtube/answers.ts';
import type { Listing } from '../../../../src/shared/platforms/youtube/listings.ts';
import { observeChannel } from '../../../../src/shared/platforms/youtube/observe.ts';
import { open, target } from '../opened.ts';

const CHANNEL = 'UC81tUN0Ljo_kr7CYSgcNPXQ';
const NOW = new Date('2026-09-26T12:00:00Z');

/** As `videos.list` answers for a running stream. */
const LIVE = {
  kind: 'youtube#video',
  id: 'dQw4w9WgXcQ',
  snippet: {
    publishedAt: '2026-09-26T09:59:00Z',
    channelId: CHANNEL,
    title: 'On air',
    channelTitle: 'Somebody',
    thumbnails: {
      default: { url: 'https://i.ytimg.com/vi/dQw4w9WgXcQ/default_live.jpg', width: 120, height: 90 },
      high: { url: 'https://i.ytimg.com/vi/dQw4w9WgXcQ/hqdefault_live.jpg', width: 480, height: 360 },
      maxres: {},
    },
    liveBroadcastContent: 'live',
  },
  statistics: { viewCount: '1234', likeCount: '56' },
  liveStreamingDetails: {
    scheduledStartTime: '2026-09-26T10:00:00Z',
    actualStartTime: '2026-09-26T10:00:12Z',
    concurrentViewers: '2413',
    activeLiveChatId: 'Cg0KC',
  },
};

interface Change {
  id?: string;
  content?: string;
  channelId?: string;
  live?: object;
  statistics?: object | undefined;
}

function row({ id = LIVE.id, content = 'live', channelId = CHANNEL, live, ...rest }: Change = {}): VideoRow {
  const snippet = { ...LIVE.snippet, liveBroadcastContent: content, channelId };
  const details = live === undefined ? LIVE.liveStreamingDetails : live;
  const item = { ...LIVE, id, snippet, liveStreamingDetails: details, ...rest };
  const [read] = videosAnswer.parse({ items: [item] }).items.rows;
  if (read === undefined) throw new Error('no row');
  return read;
}

const upload = (id: string): VideoRow => {
  const { liveStreamingDetails: _, ...rest } = row({ id, content: 'none' });
  return rest;
};
const ended = (id: string, at = '2026-09-26T11:00:00Z'): VideoRow =>
  row({ id, content: 'none', live: { ...LIVE.liveStreamingDetails, actualEndTime: at } });

const listed = (...videoIds: string[]): Listing => ({ kind: 'listed', title: 'From the feed', videoIds });

function observe(one: LookTarget, listing: Listing, rows: readonly VideoRow[], absent: readonly string[] = []) {
  const videos = new Map<string, VideoRow | null>([
    ...rows.map((video) => [video.id, video] as const),
    ...absent.map((id) => [id, null] as const),
  ]);
  return observeChannel(one, { listing, videos, now: NOW });
}

const ME = target(CHANNEL);
const ON_AIR = target(CHANNEL, { open: [open(LIVE.id)] });

describe('what YouTube says of a channel', () => {
  test('is the running stream with its true start', () => {
    expect(observe(ME, listed(LIVE.id), [row()])).toEqual({
      kind: 'seen',
      broadcasts: [
        {
          id: LIVE.id,
          state: 'live',
          title: 'On air',
          scheduledStart: new Date('2026-09-26T10:00:00Z'),
          startedAt: new Date('2026-09-26T10:00:12Z'),
          endedAt: null,
          details: {
            url: 'https://www.youtube.com/watch?v=dQw4w9WgXcQ',
            thumbnailUrl: 'https://i.ytimg.com/vi/dQw4w9WgXcQ/hqdefault_live.jpg',
          },
        },
      ],
      channel: { title: 'Somebody' },
    });
  });

  test.each<[string, Change, string]>([
    ['scheduled', { content: 'upcoming', live: { scheduledStartTime: '2026-09-27T10:00:00Z' } }, 'scheduled'],
    ['upcoming without a start', { content: 'upcoming', live: {} }, 'scheduled'],
    ['begun although still called upcoming', { content: 'upcoming' }, 'live'],
    [
      'ended although still called live',
      { live: { actualStartTime: '2026-09-26T10:00:12Z', actualEndTime: '2026-09-26T11:00:00Z' } },
      'ended',
    ],
  ])('can be a broadcast that is %s', (_, change, state) => {
    expect(observe(ME, listed(LIVE.id), [row(change)])).toMatchObject({ broadcasts: [{ state }] });
  });

  test('is that a known one ended, with its true end, and needs no more looks', () => {
    expect(observe(ON_AIR, listed(LIVE.id), [ended(LIVE.id)])).toMatchObject({
      broadcasts: [{ state: 'ended', endedAt: new Date('2026-09-26T11:00:00Z') }],
      settled: [LIVE.id],
    });
  });

  test('is the true times of one that began and ended unseen, if that is news', () => {
    const rows = [ended('aaaaaaaaaaa'), ended('bbbbbbbbbbb', '2026-09-25T11:59:59Z')];
    expect(observe(ME, listed('aaaaaaaaaaa', 'bbbbbbbbbbb'), rows)).toMatchObject({
      broadcasts: [{ id: 'aaaaaaaaaaa', state: 'ended' }],
      settled: ['aaaaaaaaaaa', 'bbbbbbbbbbb'],
    });
  });

  test('waits for the end of one that just ended, when it was never seen', () => {
    const ending = row({ content: 'none', live: { actualStartTime: '2026-09-26T11:50:00Z' } });
    const seen = observe(ME, listed(LIVE.id), [ending]);
    expect(seen).toMatchObject({ kind: 'seen', broadcasts: [] });
    expect(seen).not.toHaveProperty('settled');
    expect(observe(ON_AIR, listed(LIVE.id), [ending])).toMatchObject({
      broadcasts: [{ state: 'ended', endedAt: null }],
    });
  });

  test('leaves out uploads and never asks for them again', () => {
    const before = target(CHANNEL, { settled: ['ccccccccccc'] });
    expect(observe(before, listed('aaaaaaaaaaa', 'ccccccccccc'), [upload('aaaaaaaaaaa')])).toMatchObject({
      broadcasts: [],
      settled: ['aaaaaaaaaaa', 'ccccccccccc'],
    });
  });

  test("leaves out another channel's broadcast and never asks for it again", () => {
    const foreign = row({ channelId: 'UCanother' });
    expect(observe(ME, listed(LIVE.id), [foreign])).toMatchObject({
      broadcasts: [],
      settled: [LIVE.id],
      channel: { title: 'From the feed' },
    });
  });

  test('says nothing of what is settled when that stays as it was', () => {
    const before = target(CHANNEL, { settled: ['aaaaaaaaaaa', 'ccccccccccc'] });
    expect(observe(before, listed('aaaaaaaaaaa', 'ccccccccccc'), [])).not.toHaveProperty('settled');
  });

  test('keeps the newest sixty of what is settled', () => {
    const old = Array.from({ length: 60 }, (_, i) => `old${String(i).padStart(8, '0')}`);
    const seen = observe(target(CHANNEL, { settled: old }), listed('aaaaaaaaaaa'), [upload('aaaaaaaaaaa')]);
    expect(seen).toMatchObject({ settled: ['aaaaaaaaaaa', ...old.slice(0, 59)] });
  });

  test('leaves an open broadcast that vanished unlisted: a miss', () => {
    const seen = observe(ON_AIR, listed(), [], [LIVE.id]);
    expect(seen).toEqual({ kind: 'seen', broadcasts: [], channel: { title: 'From the feed' } });
  });

  test('counts an open broadcast that was not asked for as no miss', () => {
    expect(observe(ON_AIR, listed(), [])).toMatchObject({ kind: 'seen', broadcasts: [], unasked: [LIVE.id] });
  });

  test('of views is that a broadcast without them is for members only', () => {
    const seen = (statistics: object | undefined) => observe(ME, listed(LIVE.id), [row({ statistics })]);
    expect(seen({ likeCount: '0' })).toMatchObject({ broadcasts: [{ details: { membersOnly: true } }] });
    expect(seen({ viewCount: '0' })).not.toMatchObject({ broadcasts: [{ details: { membersOnly: true } }] });
    expect(seen(undefined)).not.toMatchObject({ broadcasts: [{ details: { membersOnly: true } }] });
  });
});

describe('a channel without a listing', () => {
  test.each(['failed', 'absent'] as const)('(%s) is unknown when nothing of it is open', (kind) => {
    expect(observe(ME, { kind }, [])).toMatchObject({ kind: 'unknown' });
  });

  test.each(['failed', 'absent', 'gone'] as const)('(%s) is still seen by what is open', (kind) => {
    expect(observe(ON_AIR, { kind }, [row()])).toMatchObject({ broadcasts: [{ state: 'live' }] });
    expect(observe(ON_AIR, { kind }, [ended(LIVE.id)])).toMatchObject({ broadcasts: [{ state: 'ended' }] });
    expect(observe(ON_AIR, { kind }, [])).toMatchObject({ broadcasts: [], unasked: [LIVE.id] });
  });

  test('is gone only when that was confirmed', () => {
    expect(observe(ME, { kind: 'gone' }, [])).toEqual({ kind: 'gone' });
  });
});
