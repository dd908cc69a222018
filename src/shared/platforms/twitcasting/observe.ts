import type { Observation, SeenBroadcast } from '../../domain/observation.ts';
import type { LookTarget } from '../adapter.ts';
import type { MovieRow, UserRow } from './answers.ts';
import type { Asked } from './client.ts';

/**
 * The movies that decide: the newest one, while it runs or until its end was seen once, and whatever is still open.
 * So a broadcast that began and ended between two looks is found too.
 */
export function moviesToAsk(target: LookTarget, user: UserRow): string[] {
  const open = target.open.map(({ id }) => id);
  const newest = user.last_movie_id;
  if (newest === null || open.includes(newest)) return open;
  return user.is_live || !target.settled.includes(newest) ? [newest, ...open] : open;
}

/** What a user and their movies say. */
export function observeUser(user: UserRow, movies: ReadonlyMap<string, Asked<MovieRow>>): Observation {
  const answers = [...movies.values()];
  if (answers.includes('hidden')) return { kind: 'unknown', reason: 'TwitCasting did not show a movie' };
  if (user.is_live && user.last_movie_id === null) return { kind: 'unknown', reason: 'live, but without a movie' };
  // A movie that was deleted is not listed: a miss, and the grace decides.
  const found = answers.filter((answer) => typeof answer === 'object');
  const newest = user.last_movie_id === null ? undefined : movies.get(user.last_movie_id);
  const over = newest === 'missing' || (typeof newest === 'object' && !newest.is_live);
  return {
    kind: 'seen',
    broadcasts: found.map((movie) => seenMovie(movie, user)),
    channel: { title: user.name ?? user.screen_id, login: user.screen_id },
    ...(over && user.last_movie_id !== null && !user.is_live && { settled: [user.last_movie_id] }),
  };
}

function seenMovie(movie: MovieRow, user: UserRow): SeenBroadcast {
  const url = movie.link ?? `https://twitcasting.tv/${user.screen_id}/movie/${movie.id}`;
  return {
    id: movie.id,
    state: movie.is_live ? 'live' : 'ended',
    title: movie.title ?? '',
    scheduledStart: null,
    startedAt: movie.created,
    endedAt: movie.is_live ? null : endOf(movie),
    details: {
      url: secure(url),
      ...(movie.large_thumbnail !== null && { thumbnailUrl: secure(movie.large_thumbnail) }),
    },
  };
}

function endOf({ created, duration }: MovieRow): Date | null {
  if (created === null || typeof duration !== 'number') return null;
  return new Date(created.getTime() + duration * 1_000);
}

/** TwitCasting writes its links with http, and answers them with https. */
function secure(url: string): string {
  return url.replace(/^http:/, 'https:');
}
