import { expect, test } from 'vitest';
import type { KnownBroadcast } from '../../src/shared/domain/broadcast.ts';
import type { OpenKnownBroadcast } from '../../src/shared/store/look-store.ts';
import { scheduledAfter } from '../../src/workers/scheduled-after.ts';

const START = new Date('2026-09-26T10:00:00Z');
const LATER = new Date('2026-09-26T12:00:00Z');

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
  const after = scheduledAfter(
    'youtube',
    [
      { identifier: 'UCa', open },
      { identifier: 'UCb', open: [] },
    ],
    [{ identifier: 'UCa', verdicts }],
  );
  const key = { platform: 'youtube', identifier: 'UCa' };
  expect(after).toEqual([
    { ...key, id: 'untouched', scheduledStart: START },
    { ...key, id: 'moved', scheduledStart: LATER },
    { ...key, id: 'new', scheduledStart: START },
  ]);
});
