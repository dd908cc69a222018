import type { Budget } from '../budget.ts';
import type { HttpClient } from '../http-client.ts';
import type { HttpAnswer } from '../http-fault.ts';
import { isAboutKey, isNotFound, type MovieRow, movieAnswer, type UserRow, userAnswer } from './answers.ts';

export interface TwitcastingSettings {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly apiUrl: string;
}

/** `missing`: TwitCasting says that it does not exist. `hidden`: some answer that tells nothing about it. */
export type Asked<T> = T | 'missing' | 'hidden';

/** The requests to TwitCasting. There are none for several users at once. */
export interface TwitcastingClient {
  /** @param id numeric id or screen id */
  user(id: string, signal: AbortSignal): Promise<Asked<UserRow>>;
  movie(id: string, signal: AbortSignal): Promise<Asked<MovieRow>>;
}

export interface TwitcastingClientParts {
  readonly settings: TwitcastingSettings;
  readonly http: HttpClient;
  readonly users: Budget;
  readonly movies: Budget;
}

export function createTwitcastingClient({ settings, http, users, movies }: TwitcastingClientParts): TwitcastingClient {
  const headers = authorization(settings);

  function ask(endpoint: 'users' | 'movies', id: string, signal: AbortSignal): Promise<HttpAnswer> {
    const url = `${settings.apiUrl}/${endpoint}/${pathSegment(id)}`;
    return http.ask({ endpoint, url, headers, signal, expects: isAboutKey });
  }

  return {
    async user(id, signal) {
      await users.spend(signal);
      const answer = await ask('users', id, signal);
      return refusalOf(answer) ?? http.read(answer, userAnswer).user;
    },
    async movie(id, signal) {
      await movies.spend(signal);
      const answer = await ask('movies', id, signal);
      return refusalOf(answer) ?? http.read(answer, movieAnswer).movie;
    },
  };
}

/** The headers that every request of the application carries; webhooks take no other credentials. */
export function authorization({ clientId, clientSecret }: TwitcastingSettings): Readonly<Record<string, string>> {
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  return { authorization: `Basic ${basic}`, 'x-api-version': '2.0' };
}

function refusalOf(answer: HttpAnswer): 'missing' | 'hidden' | null {
  if (answer.status < 300) return null;
  return isNotFound(answer) ? 'missing' : 'hidden';
}

/** A prefix's colon stays as it is: that is how every known client writes it. */
function pathSegment(id: string): string {
  return encodeURIComponent(id).replaceAll('%3A', ':');
}
