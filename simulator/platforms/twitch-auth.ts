import { CREDENTIALS, PATHS } from '../credentials.ts';
import { type Answer, json, type Route, type WireRequest } from '../wire.ts';
import type { TwitchTokens } from './twitch-tokens.ts';

/** `https://id.twitch.tv/oauth2`: the client-credentials flow. */
export function twitchAuthRoutes(tokens: TwitchTokens): Route[] {
  const at = (path: string): RegExp => new RegExp(`^${PATHS.twitchAuth}/${path}$`);
  return [
    { endpoint: 'token', method: 'POST', pattern: at('token'), answer: token(tokens), empty: json(200, {}) },
    { endpoint: 'validate', method: 'GET', pattern: at('validate'), answer: validate(tokens), empty: json(200, {}) },
    { endpoint: 'revoke', method: 'POST', pattern: at('revoke'), answer: revoke(tokens), empty: json(200, {}) },
  ];
}

function token(tokens: TwitchTokens) {
  return (request: WireRequest): Answer => {
    const given = parametersOf(request);
    const missing = ['client_id', 'client_secret', 'grant_type'].find((name) => !given.get(name));
    if (missing) return refusal(400, `missing ${missing.replace('_', ' ')}`);
    if (given.get('grant_type') !== 'client_credentials') return refusal(400, 'Invalid grant_type');
    if (given.get('client_id') !== CREDENTIALS.twitchClientId) return refusal(400, 'invalid client');
    if (given.get('client_secret') !== CREDENTIALS.twitchClientSecret) return refusal(403, 'invalid client secret');
    const { token: access_token, expiresInSeconds: expires_in } = tokens.issue();
    return json(200, { access_token, expires_in, token_type: 'bearer' });
  };
}

function validate(tokens: TwitchTokens) {
  return ({ headers }: WireRequest): Answer => {
    const given = /^(?:OAuth|Bearer) (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
    if (!tokens.isValid(given)) return refusal(401, 'invalid access token');
    const expires_in = tokens.secondsLeft(given);
    return json(200, { client_id: CREDENTIALS.twitchClientId, scopes: [], expires_in });
  };
}

function revoke(tokens: TwitchTokens) {
  return (request: WireRequest): Answer => {
    const given = parametersOf(request).get('token') ?? '';
    if (!tokens.isValid(given)) return refusal(400, 'Invalid token');
    tokens.revoke(given);
    return { status: 200, headers: {}, body: '' };
  };
}

/** In the form body or in the query: both are accepted. */
function parametersOf({ query, body }: WireRequest): URLSearchParams {
  return new URLSearchParams([...query, ...new URLSearchParams(body)]);
}

function refusal(status: number, message: string): Answer {
  return json(status, { status, message });
}
