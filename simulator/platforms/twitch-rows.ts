import { isOnAir, type Streamer, type TrueBroadcast } from '../broadcast.ts';
import type { Quirks } from '../quirks.ts';
import { hash } from '../random.ts';
import { seconds } from '../wire.ts';

/** Whether Helix lists the stream now: its cache is late both ways. */
export function isListed(broadcast: TrueBroadcast, quirks: Quirks, now: Date): boolean {
  const { onAirSince, offAirSince } = broadcast;
  if (onAirSince === null || broadcast.removed) return false;
  const appearsAt = onAirSince.getTime() + quirks.twitchAppearAfterMs;
  if (isOnAir(broadcast)) return now.getTime() >= appearsAt;
  const vanishesAt = (offAirSince?.getTime() ?? 0) + quirks.twitchLingerMs;
  return now.getTime() >= appearsAt && now.getTime() < vanishesAt;
}

/** A row of `GET /helix/streams`. */
export function streamRow(streamer: Streamer, broadcast: TrueBroadcast) {
  return {
    id: broadcast.id,
    user_id: streamer.userId,
    user_login: streamer.login.toLowerCase(),
    user_name: streamer.name,
    game_id: '509658',
    game_name: 'Just Chatting',
    type: 'live',
    title: broadcast.title,
    viewer_count: hash(broadcast.id) % 5_000,
    started_at: seconds(broadcast.startedAt ?? broadcast.createdAt),
    language: 'en',
    thumbnail_url: `https://static-cdn.jtvnw.net/previews-ttv/live_user_${streamer.login}-{width}x{height}.jpg`,
    tag_ids: [],
    tags: ['English'],
    is_mature: false,
  };
}

/** A row of `GET /helix/users`. */
export function userRow(streamer: Streamer) {
  return {
    id: streamer.userId,
    login: streamer.login.toLowerCase(),
    display_name: streamer.name,
    type: '',
    broadcaster_type: 'partner',
    description: '',
    profile_image_url: `https://static-cdn.jtvnw.net/jtv_user_pictures/${streamer.userId}-300x300.png`,
    offline_image_url: '',
    view_count: 0,
    created_at: seconds(streamer.createdAt),
  };
}
