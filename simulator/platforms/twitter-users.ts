import type { Streamer } from '../broadcast.ts';
import { type Answer, json, listed, type WireRequest } from '../wire.ts';
import type { Setting } from './setting.ts';
import { invalidRequest, resourceNotFound } from './twitter-problem.ts';

/** How users are asked for: by screen name (`usernames`) or by rest id (`ids`). */
type Lookup = 'usernames' | 'ids';

const FORMS: Record<Lookup, RegExp> = { usernames: /^[A-Za-z0-9_]{1,15}$/, ids: /^[0-9]{1,19}$/ };

/** `GET /2/users/by?usernames=` and `GET /2/users?ids=`. */
export function twitterUsers(setting: Setting, by: Lookup) {
  return ({ query }: WireRequest): Answer => {
    const asked = [...new Set(listed(query, by, ','))];
    if (asked.length === 0 || asked.length > 100) {
      return invalidRequest(by, `The number of values in the \`${by}\` query parameter list is not between 1 and 100`);
    }
    const bad = asked.find((value) => !FORMS[by].test(value));
    if (bad !== undefined) {
      return invalidRequest(by, `The \`${by}\` query parameter value [${bad}] does not match ${FORMS[by].source}`);
    }
    return usersAnswer(
      asked.map((value) => ({ value, user: find(setting, by, value) })),
      by,
      query,
    );
  };
}

/** `GET /2/users/by/username/:username`. */
export function twitterUserByName(setting: Setting) {
  return ({ params, query }: WireRequest): Answer => {
    const [username = ''] = params;
    const user = find(setting, 'usernames', username);
    if (user) return json(200, { data: userObject(user, fieldsOf(query)) });
    return json(200, { errors: [resourceNotFound({ type: 'user', parameter: 'username', id: username })] });
  };
}

/** `id`, `name` and `username` come by themselves. */
export function userObject({ userId, name, login, createdAt }: Streamer, fields: ReadonlySet<string>) {
  const created = fields.has('created_at') ? { created_at: createdAt.toISOString() } : {};
  return { id: userId, name, username: login, ...created };
}

function fieldsOf(query: URLSearchParams): Set<string> {
  return new Set(listed(query, 'user.fields', ','));
}

function find({ world }: Setting, by: Lookup, value: string): Streamer | undefined {
  const user = by === 'ids' ? world.byUserId('twitter', value) : world.byLogin('twitter', value);
  return user?.exists ? user : undefined;
}

function usersAnswer(
  asked: { value: string; user: Streamer | undefined }[],
  by: Lookup,
  query: URLSearchParams,
): Answer {
  const data = asked.flatMap(({ user }) => (user ? [userObject(user, fieldsOf(query))] : []));
  const errors = asked
    .filter(({ user }) => !user)
    .map(({ value }) => resourceNotFound({ type: 'user', parameter: by, id: value }));
  return json(200, { ...(data.length > 0 && { data }), ...(errors.length > 0 && { errors }) });
}
