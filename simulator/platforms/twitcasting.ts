import type { Streamer } from '../broadcast.ts';
import { CREDENTIALS, PATHS } from '../credentials.ts';
import type { Fault } from '../faults.ts';
import { type Allowance, createWindow, meterFor } from '../limits.ts';
import { type Answer, json, listed, type Route, unixSeconds, type WirePlatform, type WireRequest } from '../wire.ts';
import type { Setting } from './setting.ts';
import { apiError, exhausted, notFound } from './twitcasting-errors.ts';
import { currentMovie, movieAnswer, userObject } from './twitcasting-objects.ts';
import { createTwitcastingWebhooks, type TwitcastingWebhooks } from './twitcasting-webhooks.ts';

const EXPECTED = `Basic ${Buffer.from(`${CREDENTIALS.twitcastingClientId}:${CREDENTIALS.twitcastingClientSecret}`).toString('base64')}`;

/** TwitCasting API v2, one user or movie a call, with the application's Basic credentials. */
export function createTwitcasting(setting: Setting): WirePlatform & Pick<TwitcastingWebhooks, 'setCallback'> {
  const { world, clock } = setting;
  const windowFor = meterFor(() =>
    createWindow(clock, () => {
      const { perWindow, windowMs } = setting.limits().twitcasting;
      return { limit: perWindow, windowMs };
    }),
  );

  const webhooks = createTwitcastingWebhooks(setting);

  function call(
    method: Route['method'],
    endpoint: string,
    path: string,
    find: (request: WireRequest) => Answer,
  ): Route {
    return {
      endpoint,
      method,
      pattern: new RegExp(`^${PATHS.twitcastingApi}/${path}$`),
      ids: ({ params, query }) => [...params, ...listed(query, 'user_id')],
      empty: json(200, {}),
      answer(request: WireRequest) {
        const zero = { limit: 0, remaining: 0, reset: clock.now() };
        if (request.headers.authorization !== EXPECTED) return limited(apiError(401, 1000, 'Invalid token'), zero);
        const allowance = windowFor(endpoint).take();
        return limited(allowance.allowed ? find(request) : exhausted(), allowance);
      },
    };
  }

  const api = (endpoint: string, path: string, find: (id: string) => Answer): Route =>
    call('GET', endpoint, path, ({ params }) => find(params[0] ?? ''));

  function user(id: string): Answer {
    const found = userBy(setting, id);
    if (!found) return notFound();
    return json(200, { user: userObject(world, found), supporter_count: 0, supporting_count: 0 });
  }

  /** 404 means that nobody has this id, and also that its owner is not live. */
  function currentLive(id: string): Answer {
    const found = userBy(setting, id);
    const movie = found && currentMovie(world, found);
    return found && movie ? json(200, movieAnswer(world, found, movie, clock.now())) : notFound();
  }

  function movie(id: string): Answer {
    const found = world.broadcast('twitcasting', id);
    const owner = found && world.streamer('twitcasting', found.identifier);
    if (!found || found.removed || !owner?.exists) return notFound();
    return json(200, movieAnswer(world, owner, found, clock.now()));
  }

  return {
    platform: 'twitcasting',
    routes: [
      api('users', 'users/([^/]+)', user),
      api('current_live', 'users/([^/]+)/current_live', currentLive),
      api('movies', 'movies/([^/]+)', movie),
      call('POST', 'webhooks', 'webhooks', webhooks.register),
      call('GET', 'webhooks', 'webhooks', webhooks.list),
      call('DELETE', 'webhooks', 'webhooks', webhooks.remove),
    ],
    setCallback: webhooks.setCallback,
    refusal: (fault) => refusal(fault, setting),
  };
}

/** Both the numeric id and the screen id name a user. */
function userBy({ world }: Setting, id: string): Streamer | undefined {
  const user = world.byUserId('twitcasting', id) ?? world.byLogin('twitcasting', id);
  return user?.exists ? user : undefined;
}

function limited(
  answer: Answer,
  { limit, remaining, reset }: Pick<Allowance, 'limit' | 'remaining' | 'reset'>,
): Answer {
  const headers = {
    ...answer.headers,
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': String(Math.ceil(reset.getTime() / 1_000)),
  };
  return { ...answer, headers };
}

function refusal({ kind, retryAfterSeconds = 2 }: Fault, { clock, limits }: Setting): Answer | undefined {
  const limit = limits().twitcasting.perWindow;
  const reset = new Date((unixSeconds(clock.now()) + Math.ceil(retryAfterSeconds)) * 1_000);
  if (kind === 'unauthorized') return apiError(401, 1000, 'Invalid token');
  if (kind === 'forbidden') return apiError(403, 2001, 'Application is disabled.');
  if (kind === 'not-found') return limited(notFound(), { limit, remaining: limit - 1, reset });
  if (kind === 'bad-request') return apiError(400, 1001, 'Validation error');
  if (kind === 'rate-limited' || kind === 'quota') return limited(exhausted(), { limit, remaining: 0, reset });
  if (kind === 'bare-rate-limited') return exhausted();
  if (kind === 'server-error') return apiError(500, 500, 'Internal Server Error');
  if (kind === 'unavailable') return apiError(503, 503, 'Service Unavailable');
  return undefined;
}
