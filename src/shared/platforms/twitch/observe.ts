import type { Observation, SeenBroadcast } from '../../domain/observation.ts';
import type { StreamRow, StreamRows } from './answers.ts';

/**
 * What Get Streams says of each user asked for. Only who is live has a row; absence is "not found", not yet "ended":
 * Helix is cached and at times forgets a live stream for a minute. Whose row cannot be read is unknown; where it is
 * nobody's, so is everybody without a row.
 */
export function observeStreams(userIds: readonly string[], { rows, spoiled }: StreamRows): Map<string, Observation> {
  const isSpoiled = (id: string, own: readonly StreamRow[]): boolean =>
    spoiled.includes(id) || (spoiled.includes(null) && own.length === 0);
  return new Map(
    userIds.map((id) => {
      const own = rows.filter((row) => row.user_id === id);
      return [id, isSpoiled(id, own) ? UNREADABLE : observeUser(own)];
    }),
  );
}

const UNREADABLE: Observation = { kind: 'unknown', reason: 'Twitch gave a row that cannot be read' };

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
