import { isOnAir, type Streamer, type TrueBroadcast } from '../broadcast.ts';
import { hash } from '../random.ts';
import { unixSeconds } from '../wire.ts';
import type { WorldView } from '../world.ts';

/** The movie that is on air now. */
export function currentMovie(world: WorldView, user: Streamer): TrueBroadcast | undefined {
  return world.broadcastsOf(user).findLast((movie) => isOnAir(movie) && !movie.removed);
}

export function userObject(world: WorldView, user: Streamer) {
  const last = world.broadcastsOf(user).findLast((movie) => !movie.removed);
  return {
    id: user.userId,
    screen_id: user.login,
    name: user.name,
    image: `http://imagegw02.twitcasting.tv/image3s/${user.userId}.jpg`,
    profile: '',
    level: 24,
    last_movie_id: last?.id ?? null,
    is_live: currentMovie(world, user) !== undefined,
    supporter_count: 0,
    supporting_count: 0,
    created: 0,
  };
}

/** The answer about one movie: itself, its broadcaster, its tags. */
export function movieAnswer(world: WorldView, user: Streamer, movie: TrueBroadcast, now: Date) {
  return { movie: movieObject(user, movie, now), broadcaster: userObject(world, user), tags: ['雑談'] };
}

function movieObject({ userId, login }: Streamer, movie: TrueBroadcast, now: Date) {
  const started = movie.startedAt ?? movie.createdAt;
  const live = isOnAir(movie);
  const viewers = hash(movie.id) % 2_000;
  const thumbnail = `http://imagegw02.twitcasting.tv/image3/image/${movie.id}-1`;
  return {
    id: movie.id,
    user_id: userId,
    title: movie.title,
    subtitle: null,
    last_owner_comment: null,
    category: live ? 'girls_jcjk_jp' : null,
    link: `http://twitcasting.tv/${login}/movie/${movie.id}`,
    is_live: live,
    is_recorded: !live,
    comment_count: 0,
    large_thumbnail: `${thumbnail}.jpg`,
    small_thumbnail: `${thumbnail}-s.jpg`,
    country: 'jp',
    duration: Math.max(0, unixSeconds(movie.endedAt ?? now) - unixSeconds(started)),
    created: unixSeconds(started),
    is_collabo: false,
    is_protected: movie.membersOnly,
    max_view_count: viewers,
    current_view_count: live ? viewers : 0,
    total_view_count: viewers,
    hls_url: live ? `https://twitcasting.tv/${login}/metastream.m3u8/?video=1` : null,
  };
}
