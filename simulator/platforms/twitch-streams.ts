import type { Streamer } from '../broadcast.ts';
import { type Answer, json, listed, type WireRequest } from '../wire.ts';
import { helixError } from './helix-error.ts';
import type { Setting } from './setting.ts';
import { isListed, streamRow } from './twitch-rows.ts';

const MOST_OF_A_PARAMETER = 100;

/** `GET /helix/streams`: those of the asked that are live, most watched first. */
export function twitchStreams(setting: Setting) {
  return ({ query }: WireRequest): Answer => {
    const ids = listed(query, 'user_id');
    const logins = listed(query, 'user_login');
    // The default is twenty, however many were asked for: who forgets `first` takes the rest for offline.
    const first = Number(query.get('first') ?? 20);
    if (!Number.isInteger(first) || first < 1 || first > 100) {
      return helixError(400, 'The parameter "first" was malformed: the value must be less than or equal to 100');
    }
    if (Math.max(ids.length, logins.length) > MOST_OF_A_PARAMETER) {
      return helixError(400, 'you may only send 100 of each parameter');
    }
    const rows = liveRows(setting, asked(setting, ids, logins));
    const from = cursorPosition(query.get('after'));
    const after = from + first;
    const pagination = after < rows.length ? { cursor: cursorFor(after) } : {};
    return json(200, { data: rows.slice(from, after), pagination });
  };
}

/** Nobody in particular asked for: everybody. */
function asked({ world }: Setting, ids: string[], logins: string[]): Streamer[] {
  if (ids.length + logins.length === 0) return world.streamers('twitch');
  const found = [
    ...ids.map((id) => world.byUserId('twitch', id)),
    ...logins.map((login) => world.byLogin('twitch', login)),
  ];
  return [...new Set(found.filter((streamer) => streamer !== undefined))];
}

function liveRows({ world, clock, quirks }: Setting, streamers: Streamer[]) {
  const now = clock.now();
  return streamers
    .filter((streamer) => streamer.exists)
    .flatMap((streamer) => {
      // While an ended one lingers its successor may be live: there is one row a user, the newest.
      const broadcast = world.broadcastsOf(streamer).findLast((one) => isListed(one, quirks(), now));
      return broadcast ? [streamRow(streamer, broadcast)] : [];
    })
    .sort((a, b) => b.viewer_count - a.viewer_count);
}

function cursorFor(position: number): string {
  return Buffer.from(JSON.stringify({ position })).toString('base64url');
}

/** A cursor that is not one of ours reads as the beginning. */
function cursorPosition(cursor: string | null): number {
  const text = Buffer.from(cursor ?? '', 'base64url').toString();
  return Number(/^\{"position":(\d+)\}$/.exec(text)?.[1] ?? 0);
}
