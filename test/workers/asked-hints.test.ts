import { expect, test } from 'vitest';
import type { Observation, SeenBroadcast } from '../../src/shared/domain/observation.ts';
import { askedHints } from '../../src/workers/asked-hints.ts';
import { target } from '../shared/platforms/opened.ts';

const seen = (id: string): SeenBroadcast => ({
  ...{ id, state: 'live', title: '', scheduledStart: null, startedAt: null, endedAt: null, details: {} },
});

test('a named broadcast is found when the look saw it, settled it, or had settled it before', () => {
  const targets = [
    target('A', { hinted: ['live', 'upload', 'old', 'nowhere'], settled: ['old'] }),
    target('B', { hinted: ['unclear'] }),
    target('C', { hinted: ['unasked'] }),
    target('D'),
  ];
  const observations = new Map<string, Observation>([
    ['A', { kind: 'seen', broadcasts: [seen('live'), seen('other')], settled: ['upload', 'old'] }],
    ['B', { kind: 'unknown', reason: 'its feed gave no answer' }],
    ['D', { kind: 'seen', broadcasts: [] }],
  ]);
  expect(askedHints(targets, observations).map(({ id, found }) => [id, found])).toEqual([
    ['live', true],
    ['upload', true],
    ['old', true],
    ['nowhere', false],
    ['unclear', false],
    ['unasked', false],
  ]);
});
