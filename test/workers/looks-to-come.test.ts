import { expect, test } from 'vitest';
import type { KnownBroadcast } from '../../src/shared/domain/broadcast.ts';
import type { OpenKnownBroadcast } from '../../src/shared/store/look-store.ts';
import { looksToCome } from '../../src/workers/looks-to-come.ts';

const START = new Date('2026-09-26T10:00:00Z');
const LATER = new Date('2026-09-26T12:00:00Z');
const NOW = new Date('2026-09-26T09:00:00Z');
const RULE = { graceMs: 180_000 };

function known<S extends KnownBroadcast['state']>(
  id: string,
  state: S,
  scheduledStart: Date | null = START,
): KnownBroadcast & { readonly state: S } {
  return {
    ...{ id, state, scheduledStart, identifier: 'UCa', rootId: null, title: '', startedAt: null, endedAt: null },
    ...{ missingSince: null, misses: 0, details: {}, version: 0 },
  };
}

const verdict = (next: KnownBroadcast) => ({ next, version: 0, changes: [] });

test('what a look left scheduled is to be looked at around its start, where that is known', () => {
  const open: OpenKnownBroadcast[] = [
    known('untouched', 'scheduled'),
    known('moved', 'scheduled'),
    known('begun', 'scheduled'),
    known('calledOff', 'scheduled'),
    known('vague', 'scheduled', null),
    known('running', 'live'),
  ];
  const verdicts = [
    verdict(known('moved', 'scheduled', LATER)),
    verdict(known('begun', 'live')),
    verdict(known('calledOff', 'cancelled')),
    verdict(known('new', 'scheduled')),
  ];
  const streams = [
    { identifier: 'UCa', open },
    { identifier: 'UCb', open: [] },
  ];
  const records = [{ identifier: 'UCa', verdicts }];
  const key = { platform: 'youtube', identifier: 'UCa', why: 'start' };
  const after = (start: Date) => new Date(start.getTime() + 1_000);
  expect(looksToCome({ platform: 'youtube', streams, records, rule: RULE, now: NOW })).toEqual([
    { ...key, about: 'untouched', at: after(START) },
    { ...key, about: 'moved', at: after(LATER) },
    { ...key, about: 'new', at: after(START) },
  ]);
});

test('what was not found is looked for once more when its grace is over, though its key is polled seldom', () => {
  const missed = { ...known('lost', 'live'), missingSince: NOW, misses: 1 };
  const looks = (graceMs: number, now: Date) =>
    looksToCome({
      platform: 'twitch',
      streams: [{ identifier: '1', open: [known('lost', 'live'), known('running', 'live')] }],
      records: [{ identifier: '1', verdicts: [verdict(missed)] }],
      ...{ rule: { graceMs }, now },
    }).map(({ why, about, at }) => `${why} ${about} ${at.getTime() - NOW.getTime()}`);
  expect(looks(180_000, NOW)).toEqual(['end lost 180500']);
  // Two looks that follow each other at once would get the same cached answer.
  expect(looks(0, NOW)).toEqual(['end lost 15500']);
  expect(looks(180_000, new Date(NOW.getTime() + 200_000))).toEqual([]);
});
