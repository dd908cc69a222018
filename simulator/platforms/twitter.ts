import { CREDENTIALS, PATHS } from '../credentials.ts';
import type { Fault } from '../faults.ts';
import { type Allowance, createWindow, meterFor } from '../limits.ts';
import { type Answer, json, listed, type Route, unixSeconds, type WirePlatform, type WireRequest } from '../wire.ts';
import type { Setting } from './setting.ts';
import { createTwitterActivity } from './twitter-activity.ts';
import { problem, usageCapExceeded } from './twitter-problem.ts';
import { spaceById, spacesByCreators, spacesByIds } from './twitter-spaces.ts';
import { twitterUserByName, twitterUsers } from './twitter-users.ts';
import { createTwitterWebhooks, type TwitterWebhooks } from './twitter-webhooks.ts';

/** X: Spaces, users and pushed activity of API v2, with an app-only bearer token. */
export function createTwitter(setting: Setting): WirePlatform & Pick<TwitterWebhooks, 'recheck'> {
  const windowFor = meterFor(() =>
    createWindow(setting.clock, () => {
      const { perWindow, windowMs } = setting.limits().twitter;
      return { limit: perWindow, windowMs };
    }),
  );
  const activityFor = meterFor(() =>
    createWindow(setting.clock, () => {
      const { activityPerWindow, windowMs } = setting.limits().twitter;
      return { limit: activityPerWindow, windowMs };
    }),
  );
  const second = createWindow(setting.clock, () => ({ limit: setting.limits().twitter.perSecond, windowMs: 1_000 }));

  const webhooks = createTwitterWebhooks(setting);
  const activity = createTwitterActivity(setting, webhooks);

  function allowance(endpoint: string): Allowance {
    if (endpoint.startsWith('activity')) return activityFor(endpoint).take();
    if (endpoint !== 'spaces-by-creators') return windowFor(endpoint).take();
    // The answer does not say which of the two limits was hit; its headers are those of the limit that was.
    const now = second.take();
    return now.allowed ? windowFor(endpoint).take() : now;
  }

  function call(method: Route['method'], endpoint: string, path: string, find: Find): Route {
    return {
      endpoint,
      method,
      pattern: new RegExp(`^${PATHS.twitterApi}/${path}$`),
      ids: ({ query, params }) => [
        ...params,
        ...['user_ids', 'ids', 'usernames'].flatMap((name) => listed(query, name, ',')),
      ],
      empty: json(200, { meta: { result_count: 0 } }),
      async answer(request) {
        if (request.headers.authorization !== `Bearer ${CREDENTIALS.twitterBearer}`)
          return problem(401, 'Unauthorized');
        const allowed = allowance(endpoint);
        const answer = allowed.allowed ? await find(request) : problem(429, 'Too Many Requests');
        return { ...answer, headers: { ...answer.headers, ...rateHeaders(allowed) } };
      },
    };
  }

  const api = (endpoint: string, path: string, find: Find): Route => call('GET', endpoint, path, find);
  const subscriptions = 'activity/subscriptions';

  return {
    platform: 'twitter',
    routes: [
      api('spaces-by-creators', 'spaces/by/creator_ids', spacesByCreators(setting)),
      api('spaces', 'spaces', spacesByIds(setting)),
      api('space', 'spaces/([a-zA-Z0-9]{1,13})', spaceById(setting)),
      api('users-by', 'users/by', twitterUsers(setting, 'usernames')),
      api('user-by-name', 'users/by/username/([^/]+)', twitterUserByName(setting)),
      api('users', 'users', twitterUsers(setting, 'ids')),
      call('POST', 'create-webhook', 'webhooks', webhooks.create),
      call('GET', 'webhooks', 'webhooks', webhooks.list),
      call('PUT', 'validate-webhook', 'webhooks/(\\d+)', webhooks.validate),
      call('DELETE', 'delete-webhook', 'webhooks/(\\d+)', webhooks.remove),
      call('POST', 'activity-subscribe', subscriptions, activity.create),
      call('GET', 'activity-subscriptions', subscriptions, activity.list),
      call('PUT', 'activity-update', `${subscriptions}/(\\d+)`, activity.update),
      call('DELETE', 'activity-unsubscribe', `${subscriptions}/(\\d+)`, activity.remove),
    ],
    recheck: webhooks.recheck,
    refusal: (fault) => refusal(fault, setting),
  };
}

type Find = (request: WireRequest) => Answer | Promise<Answer>;

function rateHeaders({
  limit,
  remaining,
  reset,
}: Pick<Allowance, 'limit' | 'remaining' | 'reset'>): Record<string, string> {
  return {
    'x-rate-limit-limit': String(limit),
    'x-rate-limit-remaining': String(remaining),
    'x-rate-limit-reset': String(Math.ceil(reset.getTime() / 1_000)),
  };
}

function refusal({ kind, retryAfterSeconds = 2 }: Fault, { clock, limits }: Setting): Answer | undefined {
  const limit = limits().twitter.perWindow;
  const reset = new Date((unixSeconds(clock.now()) + Math.ceil(retryAfterSeconds)) * 1_000);
  const withHeaders = (answer: Answer, remaining: number): Answer => {
    return { ...answer, headers: { ...answer.headers, ...rateHeaders({ limit, remaining, reset }) } };
  };
  if (kind === 'unauthorized') return problem(401, 'Unauthorized');
  if (kind === 'credits')
    return problem(402, 'CreditsDepleted', 'Your enrolled account does not have any credits to fulfill this request.');
  if (kind === 'forbidden')
    return problem(
      403,
      'Client Forbidden',
      'This application is not enrolled.',
      'https://api.twitter.com/2/problems/client-forbidden',
    );
  if (kind === 'not-found') return problem(404, 'Not Found');
  if (kind === 'bad-request') return problem(400, 'Bad Request');
  if (kind === 'quota') return withHeaders(usageCapExceeded(), limit - 1);
  if (kind === 'rate-limited') return withHeaders(problem(429, 'Too Many Requests'), 0);
  if (kind === 'bare-rate-limited') return problem(429, 'Too Many Requests');
  if (kind === 'server-error') return problem(500, 'Internal Server Error');
  if (kind === 'unavailable') return problem(503, 'Service Unavailable');
  return undefined;
}
