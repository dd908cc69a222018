import { CREDENTIALS, PATHS } from '../credentials.ts';
import type { Fault } from '../faults.ts';
import { type Allowance, createBucket } from '../limits.ts';
import { type Answer, json, listed, type Route, unixSeconds, type WirePlatform, type WireRequest } from '../wire.ts';
import { helixError } from './helix-error.ts';
import type { Setting } from './setting.ts';
import { createTwitchConduits, type TwitchConduits } from './twitch-conduits.ts';
import { createTwitchEventSub, type TwitchEventSub } from './twitch-eventsub.ts';
import { twitchAuthRoutes } from './twitch-auth.ts';
import { twitchStreams } from './twitch-streams.ts';
import { createTwitchTokens, type TwitchTokens } from './twitch-tokens.ts';
import { twitchUsers } from './twitch-users.ts';

export interface Twitch extends WirePlatform {
  readonly tokens: TwitchTokens;
  readonly conduits: TwitchConduits;
  readonly eventsub: TwitchEventSub;
}

interface HelixPlace {
  readonly method?: Route['method'];
  /** Below the API's root, where it is not the endpoint's name. */
  readonly path?: string;
}

/** Twitch: app access tokens, the part of Helix that tells who is live, and EventSub. */
export function createTwitch(setting: Setting): Twitch {
  const tokens = createTwitchTokens(setting);
  const bucket = createBucket(setting.clock, () => setting.limits().twitch.pointsPerMinute);

  const conduits = createTwitchConduits(setting);
  const eventsub = createTwitchEventSub(setting, conduits);

  function helix(endpoint: string, find: (request: WireRequest) => Answer, at: HelixPlace = {}): Route {
    return {
      endpoint,
      method: at.method ?? 'GET',
      pattern: new RegExp(`^${PATHS.twitchApi}/${at.path ?? endpoint}$`),
      ids: ({ query }) => ['user_id', 'user_login', 'id', 'login'].flatMap((name) => listed(query, name)),
      empty: json(200, { data: [], pagination: {} }),
      answer(request) {
        const refused = unauthorized(request, tokens);
        if (refused) return refused;
        const allowance = bucket.take();
        const answer = allowance.allowed ? find(request) : helixError(429, 'Too Many Requests');
        return { ...answer, headers: { ...answer.headers, ...rateHeaders(allowance) } };
      },
    };
  }

  return {
    platform: 'twitch',
    tokens,
    conduits,
    eventsub,
    routes: [
      ...twitchAuthRoutes(tokens),
      helix('streams', twitchStreams(setting)),
      helix('users', twitchUsers(setting)),
      helix('subscribe', eventsub.create, { method: 'POST', path: 'eventsub/subscriptions' }),
      helix('subscriptions', eventsub.list, { path: 'eventsub/subscriptions' }),
      helix('unsubscribe', eventsub.remove, { method: 'DELETE', path: 'eventsub/subscriptions' }),
      helix('conduits', conduits.create, { method: 'POST', path: 'eventsub/conduits' }),
      helix('conduits', conduits.list, { path: 'eventsub/conduits' }),
      helix('conduits', conduits.resize, { method: 'PATCH', path: 'eventsub/conduits' }),
      helix('shards', conduits.shards, { path: 'eventsub/conduits/shards' }),
      helix('shards', conduits.updateShards, { method: 'PATCH', path: 'eventsub/conduits/shards' }),
    ],
    refusal: (fault) => refusal(fault, setting.clock.now()),
  };
}

function unauthorized({ headers }: WireRequest, tokens: TwitchTokens): Answer | undefined {
  const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
  if (token === undefined) return helixError(401, 'OAuth token is missing');
  if (!tokens.isValid(token)) return helixError(401, 'Invalid OAuth token');
  if (headers['client-id'] === CREDENTIALS.twitchClientId) return undefined;
  return helixError(401, 'Client ID and OAuth token do not match');
}

function rateHeaders({ limit, remaining, reset }: Allowance): Record<string, string> {
  return {
    'ratelimit-limit': String(limit),
    'ratelimit-remaining': String(remaining),
    'ratelimit-reset': String(Math.ceil(reset.getTime() / 1_000)),
  };
}

function refusal({ kind, retryAfterSeconds = 2 }: Fault, now: Date): Answer | undefined {
  const reset = String(unixSeconds(now) + Math.ceil(retryAfterSeconds));
  const limited = { 'ratelimit-limit': '800', 'ratelimit-remaining': '0', 'ratelimit-reset': reset };
  if (kind === 'unauthorized') return helixError(401, 'Invalid OAuth token');
  if (kind === 'forbidden') return helixError(403, 'Forbidden');
  if (kind === 'not-found') return helixError(404, 'Not Found');
  if (kind === 'bad-request') return helixError(400, 'Bad Request');
  if (kind === 'rate-limited' || kind === 'quota') return helixError(429, 'Too Many Requests', limited);
  if (kind === 'bare-rate-limited') return helixError(429, 'Too Many Requests');
  if (kind === 'server-error') return helixError(500, '');
  if (kind === 'unavailable') return helixError(503, 'Service Unavailable');
  return undefined;
}
