import { describe, expect, test } from 'vitest';
import type { LookTarget } from '../../../../src/shared/platforms/adapter.ts';
import { spacesAnswer } from '../../../../src/shared/platforms/twitter/answers.ts';
import { observeSpaces, spacesToConfirm } from '../../../../src/shared/platforms/twitter/observe.ts';
import { open, target } from '../opened.ts';

const ME = '2244994945';
const NOT_FOUND = 'https://api.x.com/2/problems/resource-not-found';

/** The sample of the Spaces quickstart. */
const ROW = {
  id: '1DXxyRYNejbKM',
  state: 'live',
  title: 'Say hello',
  creator_id: ME,
  host_ids: [ME],
  created_at: '2026-01-15T09:00:00.000Z',
  started_at: '2026-01-15T09:00:05.000Z',
  is_ticketed: false,
  participant_count: 245,
  lang: 'en',
};

function answer(rows: object[] = [], errors: object[] = []) {
  const data = rows.length > 0 ? { data: rows } : {};
  return spacesAnswer.parse({ ...data, errors, meta: { result_count: rows.length } });
}

function observe(one: LookTarget, listed = answer(), confirmed = answer()) {
  return observeSpaces([one], { listed, confirmed }).get(one.identifier);
}

describe('a Space that X itself named', () => {
  test('is asked for at once when it is open and no longer listed, or not listed yet; anything else never', () => {
    const one = target(ME, {
      open: [open('1Open'), open(ROW.id)],
      hinted: ['1Open', ROW.id, '1New', 'no id', '1Open'],
    });
    expect(spacesToConfirm([one], answer([ROW]))).toEqual(['1Open', '1New']);
    expect(spacesToConfirm([target(ME, { open: [open('1Open')] })], answer())).toEqual([]);
  });

  test('is over with the first look, where X says so of its id', () => {
    const one = target(ME, { open: [open('1Open')], hinted: ['1Open'] });
    const ended = { id: '1Open', state: 'ended', creator_id: ME, ended_at: '2026-01-15T10:00:00.000Z' };
    const over = { id: '1Open', state: 'ended' };
    expect(observe(one, answer(), answer([ended]))).toMatchObject({ broadcasts: [over] });
    const gone = { type: NOT_FOUND, value: '1Open' };
    expect(observe(one, answer(), answer([], [gone]))).toMatchObject({ broadcasts: [over] });
    expect(observe(one, answer(), answer())).toMatchObject({ broadcasts: [] });
  });

  test('is seen before the creators list it, if it is truly theirs, and once', () => {
    const one = target(ME, { hinted: [ROW.id] });
    expect(observe(one, answer(), answer([ROW]))).toMatchObject({ broadcasts: [{ id: ROW.id, state: 'live' }] });
    expect(observe(one, answer([ROW]), answer([ROW]))).toMatchObject({ broadcasts: [{ id: ROW.id }] });
    for (const creator of ['1', null]) {
      const other = answer([{ ...ROW, creator_id: creator }]);
      expect(observe(one, answer(), other)).toEqual({ kind: 'seen', broadcasts: [] });
    }
  });
});

describe('what X says of a creator', () => {
  test('is the live Space with its true start', () => {
    expect(observe(target(ME), answer([ROW]))).toEqual({
      kind: 'seen',
      broadcasts: [
        {
          id: '1DXxyRYNejbKM',
          state: 'live',
          title: 'Say hello',
          scheduledStart: null,
          startedAt: new Date('2026-01-15T09:00:05Z'),
          endedAt: null,
          details: { url: 'https://x.com/i/spaces/1DXxyRYNejbKM' },
        },
      ],
    });
  });

  test('can be several scheduled Spaces, each with its start', () => {
    const scheduled = { id: '1B', state: 'scheduled', creator_id: ME, scheduled_start: '2026-01-20T09:00:00.000Z' };
    expect(observe(target(ME), answer([ROW, scheduled]))).toMatchObject({
      broadcasts: [
        { id: ROW.id, state: 'live' },
        { id: '1B', state: 'scheduled', scheduledStart: new Date('2026-01-20T09:00:00Z'), title: 'Space (2026-01-20)' },
      ],
    });
  });

  test('is nothing when there is no data and the count says so', () => {
    const read = spacesAnswer.parse({ meta: { result_count: 0 } });
    expect(observe(target(ME), read)).toEqual({ kind: 'seen', broadcasts: [] });
  });

  test.each([{}, { meta: { result_count: 2 } }, { data: [ROW], meta: { result_count: 2 } }, { data: null }])(
    'is no answer when it is %j',
    (body) => expect(spacesAnswer.safeParse(body).success).toBe(false),
  );

  test('is unknown when a Space without a creator could be theirs', () => {
    const stray = answer([{ ...ROW, creator_id: undefined }]);
    expect(observe(target(ME), stray)).toMatchObject({ kind: 'unknown' });
    expect(observe(target(ME, { open: [open(ROW.id)] }), stray)).toMatchObject({ broadcasts: [{ id: ROW.id }] });
  });

  test('is unknown when its error is not "not found", or names nobody', () => {
    const forbidden = { resource_id: ME, type: 'https://api.x.com/2/problems/not-authorized-for-resource' };
    expect(observe(target(ME), answer([], [forbidden]))).toMatchObject({ kind: 'unknown' });
    expect(observe(target(ME), answer([], [{ title: 'Oops' }]))).toMatchObject({ kind: 'unknown' });
    expect(observe(target(ME), answer([], [{ ...forbidden, resource_id: '7' }]))).toMatchObject({ kind: 'seen' });
  });

  test('is that they are gone when it finds no such user', () => {
    const notFound = answer([], [{ resource_id: ME, type: NOT_FOUND }]);
    expect(observe(target(ME), notFound)).toEqual({ kind: 'gone' });
    expect(observe(target(ME, { open: [open('1A')] }), notFound)).toEqual({ kind: 'seen', broadcasts: [] });
  });

  test('is unknown when a Space is in a state that we do not know', () => {
    expect(observe(target(ME), answer([{ ...ROW, state: 'paused' }]))).toMatchObject({ kind: 'unknown' });
  });
});

describe('a Space that is no longer listed', () => {
  const first = target(ME, { open: [open('1A')] });
  const second = target(ME, { open: [open('1A', { misses: 1 })] });

  test('is asked for by its id from the second miss on', () => {
    expect(spacesToConfirm([first], answer())).toEqual([]);
    expect(spacesToConfirm([second], answer())).toEqual(['1A']);
    expect(spacesToConfirm([second], answer([{ ...ROW, id: '1A' }]))).toEqual([]);
  });

  test('is asked for at once when its creator is live with another one: then it is over, and has to be told first', () => {
    expect(spacesToConfirm([first], answer([{ ...ROW, id: '1Next' }]))).toEqual(['1A']);
    const next = { ...ROW, id: '1Next', state: 'scheduled' };
    expect(spacesToConfirm([first], answer([next]))).toEqual([]);
    const known = target(ME, { open: [open('1A'), open('1Next', { state: 'scheduled' })] });
    expect(spacesToConfirm([known], answer([{ ...next, state: 'live' }]))).toEqual(['1A']);
    const announced = target(ME, { open: [open('1A', { state: 'scheduled' })] });
    expect(spacesToConfirm([announced], answer([{ ...next, state: 'live' }]))).toEqual(['1A']);
    expect(spacesToConfirm([announced], answer([next]))).toEqual([]);
  });

  test('is a miss at first', () => {
    expect(observe(first)).toEqual({ kind: 'seen', broadcasts: [] });
  });

  test('has ended with its true end when X still shows it', () => {
    const ended = answer([{ ...ROW, id: '1A', state: 'ended', ended_at: '2026-01-15T10:00:00.000Z' }]);
    expect(observe(second, answer(), ended)).toMatchObject({
      broadcasts: [{ id: '1A', state: 'ended', endedAt: new Date('2026-01-15T10:00:00Z') }],
    });
  });

  test('has ended without a known end when X does not find it any more', () => {
    const forgotten = answer([], [{ resource_id: '1A', type: NOT_FOUND }]);
    expect(observe(second, answer(), forgotten)).toMatchObject({
      broadcasts: [{ id: '1A', state: 'ended', endedAt: null }],
    });
  });

  test('was called off when X says so', () => {
    const canceled = answer([{ ...ROW, id: '1A', state: 'canceled' }]);
    expect(observe(second, answer(), canceled)).toMatchObject({ broadcasts: [{ state: 'cancelled' }] });
  });

  test('is live when X says so, whatever the list left out', () => {
    expect(observe(second, answer(), answer([{ ...ROW, id: '1A' }]))).toMatchObject({
      broadcasts: [{ state: 'live' }],
    });
  });

  test('counts as not asked for without a confirmation', () => {
    expect(observe(second)).toEqual({ kind: 'seen', broadcasts: [], unasked: ['1A'] });
  });
});
