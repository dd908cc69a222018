import type { Observation, SeenBroadcast } from '../../domain/observation.ts';
import type { StreamRow } from './answers.ts';

/**
 * What Get Streams says of each user asked for. Only who is live has a row; absence is "not found", not yet "ended":
 * Helix is cached and at times forgets a live stream for a minute.
 */
export function observeStreams(userIds: readonly string[], rows: readonly StreamRow[]): Map<string, Observation> {
  return new Map(userIds.map((id) => [id, observeUser(rows.filter((row) => row.user_id === id))]));
}

function observeUser(rows: readonly StreamRow[]): Observation {
  const [first] = rows;
  if (first === undefined) return { kind: 'seen', broadcasts: [] };
  if (rows.some((row) => row.type === '')) return { kind: 'unknown', reason: 'Twitch gave the stream no type' };
  const channel = {
    ...(first.user_name !== null && { title: first.user_name }),
    ...(first.user_login !== null && { login: first.user_login }),
  };
  return { kind: 'seen', broadcasts: rows.filter((row) => row.type === 'live').map(seenStream), channel };
}

function seenStream(row: StreamRow): SeenBroadcast {
  return {
    id: row.id,
    state: 'live',
    title: row.title ?? '',
    scheduledStart: null,
    startedAt: row.started_at,
    endedAt: null,
    details: {
      ...(row.user_login !== null && { url: `https://www.twitch.tv/${row.user_login}` }),
      ...(row.thumbnail_url !== null && { thumbnailUrl: sized(row.thumbnail_url) }),
      ...(row.game_name !== null && { gameName: row.game_name }),
    },
  };
}

function sized(template: string): string {
  return template.replace('{width}', '854').replace('{height}', '480');
}
