import { describe, expect, test } from 'vitest';
import {
  isAboutKey,
  isNotFound,
  movieAnswer,
  userAnswer,
} from '../../../../src/shared/platforms/twitcasting/answers.ts';
import { moviesToAsk, observeUser } from '../../../../src/shared/platforms/twitcasting/observe.ts';
import { open, target } from '../opened.ts';

/** The samples of the API's documentation. */
const MOVIE = {
  id: '189037369',
  user_id: '182224938',
  title: 'ライブ #189037369',
  subtitle: null,
  link: 'http://twitcasting.tv/twitcasting_jp/movie/189037369',
  is_live: true,
  large_thumbnail: 'http://202-230-12-92.twitcasting.net/image3/image-1.jpg',
  duration: 1186,
  created: 1438500282,
  is_protected: false,
};
const USER = {
  id: '182224938',
  screen_id: 'twitcasting_jp',
  name: 'ツイキャス公式',
  last_movie_id: '189037369',
  is_live: true,
};

const user = (given: object = {}) => userAnswer.parse({ user: { ...USER, ...given } }).user;
const movie = (given: object = {}) => movieAnswer.parse({ movie: { ...MOVIE, ...given } }).movie;
const ME = target('twitcasting_jp');

describe('what TwitCasting says of a user', () => {
  test('who is live is the movie with its true start', () => {
    expect(observeUser(user(), new Map([[MOVIE.id, movie()]]))).toEqual({
      kind: 'seen',
      broadcasts: [
        {
          id: '189037369',
          state: 'live',
          title: 'ライブ #189037369',
          scheduledStart: null,
          startedAt: new Date('2015-08-02T07:24:42Z'),
          endedAt: null,
          details: {
            url: 'https://twitcasting.tv/twitcasting_jp/movie/189037369',
            thumbnailUrl: 'https://202-230-12-92.twitcasting.net/image3/image-1.jpg',
          },
        },
      ],
      channel: { title: 'ツイキャス公式', login: 'twitcasting_jp' },
    });
  });

  test('whose movie is over is its true end, and no more looks at it', () => {
    const over = observeUser(user({ is_live: false }), new Map([[MOVIE.id, movie({ is_live: false })]]));
    expect(over).toMatchObject({
      broadcasts: [{ state: 'ended', endedAt: new Date('2015-08-02T07:44:28Z') }],
      settled: ['189037369'],
    });
  });

  test('whose movie was deleted is that it was not found', () => {
    const seen = observeUser(user({ is_live: false }), new Map([[MOVIE.id, 'missing' as const]]));
    expect(seen).toMatchObject({ kind: 'seen', broadcasts: [], settled: ['189037369'] });
  });

  test('whose movie is still live although they are not: the movie is right', () => {
    const seen = observeUser(user({ is_live: false }), new Map([[MOVIE.id, movie()]]));
    expect(seen).toMatchObject({ broadcasts: [{ state: 'live' }] });
    expect(seen).not.toHaveProperty('settled');
  });

  test('is unknown when a movie is hidden, or there is none though they are live', () => {
    expect(observeUser(user(), new Map([[MOVIE.id, 'hidden' as const]]))).toMatchObject({ kind: 'unknown' });
    expect(observeUser(user({ last_movie_id: null }), new Map())).toMatchObject({ kind: 'unknown' });
  });
});

describe('the movies to ask for', () => {
  test('are the newest one and whatever is open', () => {
    expect(moviesToAsk(ME, user())).toEqual(['189037369']);
    expect(moviesToAsk(target('me', { open: [open('1')] }), user())).toEqual(['189037369', '1']);
    expect(moviesToAsk(target('me', { open: [open('189037369')] }), user())).toEqual(['189037369']);
  });

  test('include one that began and ended unseen, once', () => {
    const offline = user({ is_live: false });
    expect(moviesToAsk(ME, offline)).toEqual(['189037369']);
    expect(moviesToAsk(target('me', { settled: ['189037369'] }), offline)).toEqual([]);
    expect(moviesToAsk(target('me', { settled: ['1'] }), offline)).toEqual(['189037369']);
  });

  test('are none for who never went live', () => {
    expect(moviesToAsk(ME, user({ is_live: false, last_movie_id: null }))).toEqual([]);
  });
});

describe('a refusal', () => {
  const answer = (status: number, text: string) => ({ endpoint: 'users', status, headers: new Headers(), text });

  test("is not found in TwitCasting's own words only", () => {
    expect(isNotFound(answer(404, '{"error":{"code":404,"message":"Not Found"}}'))).toBe(true);
    expect(isNotFound(answer(404, '<html>404</html>'))).toBe(false);
    expect(isNotFound(answer(200, '{"error":{"code":404,"message":"Not Found"}}'))).toBe(false);
  });

  test('is about one key when it is protected or not found, else about all', () => {
    expect(isAboutKey(answer(403, '{"error":{"code":2002,"message":"Protected"}}'))).toBe(true);
    expect(isAboutKey(answer(404, ''))).toBe(true);
    expect(isAboutKey(answer(403, '{"error":{"code":2000,"message":"Execution count limitation"}}'))).toBe(false);
    expect(isAboutKey(answer(403, '<html>'))).toBe(false);
  });
});
