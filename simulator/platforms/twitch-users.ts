import { type Answer, json, listed, type WireRequest } from '../wire.ts';
import { helixError } from './helix-error.ts';
import type { Setting } from './setting.ts';
import { userRow } from './twitch-rows.ts';

/** `GET /helix/users`: those of the asked that exist; a missing one is simply absent. */
export function twitchUsers({ world }: Setting) {
  return ({ query }: WireRequest): Answer => {
    const ids = listed(query, 'id');
    const logins = listed(query, 'login');
    const count = ids.length + logins.length;
    if (count === 0) return helixError(400, 'Invalid username(s), email(s), or ID(s). Bad Identifiers.');
    if (count > 100) return helixError(400, 'you may only send 100 of each parameter');
    const found = [
      ...ids.map((id) => world.byUserId('twitch', id)),
      ...logins.map((login) => world.byLogin('twitch', login)),
    ];
    const rows = [...new Set(found)].flatMap((streamer) => (streamer?.exists ? [userRow(streamer)] : []));
    return json(200, { data: rows });
  };
}
