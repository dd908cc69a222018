import type { Budget } from '../budget.ts';
import type { HttpAnswer } from '../http-fault.ts';
import type { HttpClient, HttpRequest } from '../http-client.ts';
import type { GrantedToken, SharedToken } from '../shared-token.ts';
import { type StreamRow, streamsAnswer, tokenAnswer, type UserRow, usersAnswer } from './answers.ts';

export interface TwitchSettings {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly apiUrl: string;
  readonly authUrl: string;
}

/** The requests to Helix. Each takes at most 100 ids or logins. */
export interface TwitchClient {
  streams(userIds: readonly string[], signal: AbortSignal): Promise<readonly StreamRow[]>;
  users(by: 'id' | 'login', values: readonly string[], signal: AbortSignal): Promise<readonly UserRow[]>;
}

export interface TwitchClientParts {
  readonly settings: TwitchSettings;
  readonly http: HttpClient;
  readonly token: SharedToken;
  readonly points: Budget;
}

/** Most ids of one request, and most rows of one answer. Source: Helix reference. */
export const TWITCH_BATCH = 100;

export function createTwitchClient({ settings, http, token, points }: TwitchClientParts): TwitchClient {
  async function ask(request: Omit<HttpRequest, 'headers' | 'expects'>): Promise<HttpAnswer> {
    const { signal } = request;
    const send = async (bearer: string, lastTry: boolean): Promise<HttpAnswer> => {
      await points.spend(signal);
      const headers = { authorization: `Bearer ${bearer}`, 'client-id': settings.clientId };
      return http.ask({ ...request, headers, expects: ({ status }) => status === 401 && !lastTry });
    };
    const bearer = await token.current(signal);
    const answer = await send(bearer, false);
    return answer.status === 401 ? send(await token.renew(bearer, signal), true) : answer;
  }

  return {
    async streams(userIds, signal) {
      // Without `first` only 20 rows come back, and the others would look as if they had ended.
      const query = [['first', String(TWITCH_BATCH)] as const, ...userIds.map((id) => ['user_id', id] as const)];
      const answer = await ask({ endpoint: 'streams', url: `${settings.apiUrl}/streams`, query, signal });
      return http.read(answer, streamsAnswer).data;
    },
    async users(by, values, signal) {
      const query = values.map((value) => [by, value] as const);
      const answer = await ask({ endpoint: 'users', url: `${settings.apiUrl}/users`, query, signal });
      return http.read(answer, usersAnswer).data;
    },
  };
}

/** A new app access token by client credentials. */
export async function grantToken(
  { clientId, clientSecret, authUrl }: TwitchSettings,
  http: HttpClient,
  signal: AbortSignal,
): Promise<GrantedToken> {
  const form = { client_id: clientId, client_secret: clientSecret, grant_type: 'client_credentials' };
  const answer = await http.ask({ endpoint: 'token', url: `${authUrl}/token`, form, signal });
  const { access_token: value, expires_in: seconds } = http.read(answer, tokenAnswer);
  return { value, expiresInMs: seconds * 1_000 };
}
