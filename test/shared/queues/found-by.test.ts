import { expect, it } from 'vitest';
import { mostTelling } from '../../../src/shared/domain/found-by.ts';
import { foundBy } from '../../../src/shared/queues/poll-queues.ts';

it.each([
  [undefined, 'poll'],
  ['followed', 'poll'],
  ['released', 'poll'],
  ['start', 'plan'],
  ['end', 'plan'],
  ['pushed', 'plan'],
  ['hint', 'hint'],
  ['push', 'push'],
])('a change found by a look for the reason %s was found by %s', (reason, by) => {
  expect(foundBy({ identifier: '1', ...(reason !== undefined && { reason }) })).toBe(by);
});

it('of several causes the most telling one counts', () => {
  expect(mostTelling('poll', 'plan')).toBe('plan');
  expect(mostTelling('push', 'plan')).toBe('push');
  expect(mostTelling('hint', 'poll')).toBe('hint');
});
