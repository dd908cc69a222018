import { type Budget, createBudget } from '../budget.ts';
import { createHttpClient, type HttpClient, type HttpRequest } from '../http-client.ts';
import type { HttpAnswer } from '../http-fault.ts';
import type { AdapterParts } from '../parts.ts';
import { createSharedToken, type GrantedToken } from '../shared-token.ts';
import { readTwitchFault, tokenAnswer } from './answers.ts';

export interface TwitchSettings {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly apiUrl: string;
  readonly authUrl: string;
}

/** One request to Helix, with the application's token. */
export type AskHelix = (request: Omit<HttpRequest, 'headers'>) => Promise<HttpAnswer>;

export interface TwitchAccess {
  readonly http: HttpClient;
  readonly points: Budget;
  /** A token that is refused is renewed once. @throws PlatformError */
  readonly ask: AskHelix;
}

/** What polls and pushes have in common: one token and one budget of points, for all processes. */
export function createTwitchAccess(parts: AdapterParts & { readonly settings: TwitchSettings }): TwitchAccess {
  const { settings, redis, clock } = parts;
  const platform = 'twitch';
  const http = createHttpClient({ ...parts, platform, readFault: readTwitchFault });
  // 800 points a minute for one app token, one point a request. Source: Twitch API, rate limits.
  const points = createBudget({ redis, platform, clock }, { name: 'points', limit: 800, window: 60_000 });
  const token = createSharedToken({
    ...parts,
    ...settings,
    platform,
    grant: (signal) => grantToken(settings, http, signal),
  });

  async function ask(request: Omit<HttpRequest, 'headers'>): Promise<HttpAnswer> {
    const { signal, expects = () => false } = request;
    const send = async (bearer: string, lastTry: boolean): Promise<HttpAnswer> => {
      await points.spend(signal);
      const headers = { authorization: `Bearer ${bearer}`, 'client-id': settings.clientId };
      const expected = (answer: HttpAnswer): boolean => (answer.status === 401 ? !lastTry : expects(answer));
      return http.ask({ ...request, headers, expects: expected });
    };
    const bearer = await token.current(signal);
    const answer = await send(bearer, false);
    return answer.status === 401 ? send(await token.renew(bearer, signal), true) : answer;
  }

  return { http, points, ask };
}

/** A new app access token by client credentials. */
async function grantToken(
  { clientId, clientSecret, authUrl }: TwitchSettings,
  http: HttpClient,
  signal: AbortSignal,
): Promise<GrantedToken> {
  const form = { client_id: clientId, client_secret: clientSecret, grant_type: 'client_credentials' };
  const answer = await http.ask({ endpoint: 'token', url: `${authUrl}/token`, form, signal });
  const { access_token: value, expires_in: seconds } = http.read(answer, tokenAnswer);
  return { value, expiresInMs: seconds * 1_000 };
}
