import { describe, expect, test } from 'vitest';
import type { Listing } from '../../../../src/shared/platforms/youtube/listings.ts';
import { chooseVideos, scheduledRest } from '../../../../src/shared/platforms/youtube/video-choice.ts';
import { open, target } from '../opened.ts';

const NOW = new Date('2026-09-26T10:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('a scheduled video', () => {
  test.each([
    ['starts in 29 minutes', 29 * MINUTE, 0],
    ['starts now', 0, 0],
    ['is an hour late', -HOUR + 1, 0],
    ['starts in 40 minutes', 40 * MINUTE, 20 * MINUTE],
    ['starts in three days', 72 * HOUR, 30 * MINUTE],
    ['is a waiting room for next year', 300 * 24 * HOUR, 6 * HOUR],
    ['is two hours late', -2 * HOUR, 12 * MINUTE],
    ['is a waiting room of last year', -300 * 24 * HOUR, HOUR],
  ])('that %s rests as long as that allows', (_, until, rest) => {
    expect(scheduledRest(new Date(NOW.getTime() + until), NOW)).toBe(rest);
  });

  test('without a start is looked at every ten minutes', () => {
    expect(scheduledRest(null, NOW)).toBe(10 * MINUTE);
  });
});

describe('the videos to ask for', () => {
  const listed = (...videoIds: string[]): Listing => ({ kind: 'listed', title: null, videoIds });

  test('are what is open and what was never seen, each once', () => {
    const targets = [
      target('A', { open: [open('live')], settled: ['old'] }),
      target('B', { open: [open('later', { state: 'scheduled' })] }),
    ];
    const listings = new Map([
      ['A', listed('new', 'live', 'old')],
      ['B', listed('new', 'later')],
    ]);
    const isDue = ({ state }: { state: string }) => state === 'live';
    expect(chooseVideos(targets, listings, isDue)).toEqual({
      needed: ['live', 'new'],
      spare: ['later'],
      witnesses: ['old'],
    });
  });

  test('are only the open ones of a channel whose feed failed', () => {
    const targets = [target('A', { open: [open('live')] }), target('B')];
    const listings = new Map<string, Listing>([
      ['A', { kind: 'failed' }],
      ['B', { kind: 'absent' }],
    ]);
    expect(chooseVideos(targets, listings, () => true)).toMatchObject({ needed: ['live'], spare: [] });
  });

  test('are those that hints named, whatever the feed says, but neither settled ones nor what is no id', () => {
    const [named, resting] = ['namedvideo1', 'restingone1'];
    const targets = [
      target('A', {
        hinted: [named, resting, 'settledone1', 'no id', 'two,ids'],
        open: [open(resting, { state: 'scheduled' })],
        settled: ['settledone1'],
      }),
    ];
    for (const listing of [listed(), { kind: 'failed' }, { kind: 'gone' }] as const) {
      const choice = chooseVideos(targets, new Map([['A', listing]]), () => false);
      expect(choice).toMatchObject({ needed: [named, resting], spare: [] });
    }
  });
});
