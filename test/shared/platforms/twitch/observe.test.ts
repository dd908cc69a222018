import { describe, expect, test } from 'vitest';
import { streamsAnswer } from '../../../../src/shared/platforms/twitch/answers.ts';
import { observeStreams } from '../../../../src/shared/platforms/twitch/observe.ts';

/** The example of the Helix reference, Get Streams. */
const ROW = {
  id: '40952121085',
  user_id: '101051819',
  user_login: 'afro',
  user_name: 'Afro',
  game_id: '32982',
  game_name: 'Grand Theft Auto V',
  type: 'live',
  title: 'Jacob: Digital Den',
  tags: ['English'],
  viewer_count: 1490,
  started_at: '2021-03-10T03:18:11Z',
  language: 'en',
  thumbnail_url: 'https://static-cdn.jtvnw.net/previews-ttv/live_user_afro-{width}x{height}.jpg',
  tag_ids: [],
  is_mature: false,
};

function observe(...rows: object[]) {
  return observeStreams(['101051819', '7'], streamsAnswer.parse({ data: rows, pagination: {} }).data);
}

describe('what Get Streams says', () => {
  test('of a live user is the stream with its true start, and the names of the user', () => {
    expect(observe(ROW).get('101051819')).toEqual({
      kind: 'seen',
      broadcasts: [
        {
          id: '40952121085',
          state: 'live',
          title: 'Jacob: Digital Den',
          scheduledStart: null,
          startedAt: new Date('2021-03-10T03:18:11Z'),
          endedAt: null,
          details: {
            url: 'https://www.twitch.tv/afro',
            thumbnailUrl: 'https://static-cdn.jtvnw.net/previews-ttv/live_user_afro-854x480.jpg',
            gameName: 'Grand Theft Auto V',
          },
        },
      ],
      channel: { title: 'Afro', login: 'afro' },
    });
  });

  test('of a user without a row is that nothing was found', () => {
    expect(observe(ROW).get('7')).toEqual({ kind: 'seen', broadcasts: [] });
  });

  test('in a row that cannot be read is nothing of its user, and all there is of its neighbours', () => {
    const seen = observe(ROW, { ...ROW, user_id: '7', type: null });
    expect(seen.get('101051819')).toMatchObject({ kind: 'seen', broadcasts: [{ id: ROW.id }] });
    expect(seen.get('7')?.kind).toBe('unknown');
  });

  test("in a row that is nobody's is nothing of whoever has no row", () => {
    const seen = observe(ROW, { id: '1' });
    expect(seen.get('101051819')?.kind).toBe('seen');
    expect(seen.get('7')?.kind).toBe('unknown');
  });

  test('with an empty type is nothing at all', () => {
    expect(observe({ ...ROW, type: '' }).get('101051819')).toMatchObject({ kind: 'unknown' });
  });

  test('with another type than live is not live', () => {
    expect(observe({ ...ROW, type: 'rerun' }).get('101051819')).toMatchObject({ kind: 'seen', broadcasts: [] });
  });

  test('may lack everything that is only shown', () => {
    const { id, user_id, type } = ROW;
    const seen = observe({ id, user_id, type, title: null, started_at: 'soon' }).get('101051819');
    expect(seen).toMatchObject({ kind: 'seen', broadcasts: [{ title: '', startedAt: null, details: {} }] });
  });
});
