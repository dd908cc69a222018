import type { Budget } from '../budget.ts';
import type { HttpClient } from '../http-client.ts';
import type { HttpAnswer } from '../http-fault.ts';
import { type SpacesAnswer, spacesAnswer, type UserRow, usersAnswer } from './answers.ts';

export interface TwitterSettings {
  readonly bearerToken: string;
  readonly apiUrl: string;
}

/** The requests to X. Each takes at most 100 ids or names. */
export interface TwitterClient {
  /** Live and scheduled Spaces of their creators. */
  spacesOf(userIds: readonly string[], signal: AbortSignal): Promise<SpacesAnswer>;
  /** Spaces by their own ids, ended ones too. */
  spaces(ids: readonly string[], signal: AbortSignal): Promise<SpacesAnswer>;
  users(names: readonly string[], signal: AbortSignal): Promise<UsersAnswer>;
}

export interface UsersAnswer {
  readonly rows: readonly UserRow[];
  readonly problems: SpacesAnswer['problems'];
}

export interface TwitterBudgets {
  readonly creators: Budget;
  readonly spaces: Budget;
  readonly users: Budget;
}

export interface TwitterClientParts {
  readonly settings: TwitterSettings;
  readonly http: HttpClient;
  readonly budgets: TwitterBudgets;
}

/** Most ids of one request. Source: X OpenAPI 2.167. */
export const TWITTER_BATCH = 100;

const FIELDS = 'created_at,ended_at,id,scheduled_start,started_at,state,title';

export function createTwitterClient({ settings, http, budgets }: TwitterClientParts): TwitterClient {
  const headers = { authorization: `Bearer ${settings.bearerToken}` };
  // Documents disagree on whether `creator_id` is a field or an expansion; the expansion is billed, so it comes second.
  let creatorIsField = true;

  async function askSpaces(request: SpacesRequest, signal: AbortSignal): Promise<SpacesAnswer> {
    const { endpoint, path, ids, budget } = request;
    const triedAsField = creatorIsField;
    await budget.spend(signal);
    const answer = await http.ask({
      endpoint,
      url: `${settings.apiUrl}/${path}`,
      query: [ids, ...creatorQuery(triedAsField)],
      headers,
      signal,
      expects: (refused) => triedAsField && refusesCreatorField(refused),
    });
    if (answer.status !== 400) return http.read(answer, spacesAnswer);
    creatorIsField = false;
    return askSpaces(request, signal);
  }

  return {
    spacesOf: (userIds, signal) =>
      askSpaces(
        {
          endpoint: 'spaces-by-creators',
          path: 'spaces/by/creator_ids',
          ids: ['user_ids', userIds.join(',')],
          budget: budgets.creators,
        },
        signal,
      ),
    spaces: (ids, signal) =>
      askSpaces({ endpoint: 'spaces', path: 'spaces', ids: ['ids', ids.join(',')], budget: budgets.spaces }, signal),
    async users(names, signal) {
      await budgets.users.spend(signal);
      const query = [['usernames', names.join(',')]] as const;
      const answer = await http.ask({
        endpoint: 'users-by',
        url: `${settings.apiUrl}/users/by`,
        query,
        headers,
        signal,
      });
      return http.read(answer, usersAnswer);
    },
  };
}

interface SpacesRequest {
  readonly endpoint: string;
  readonly path: string;
  readonly ids: readonly [name: string, value: string];
  readonly budget: Budget;
}

function creatorQuery(asField: boolean): (readonly [string, string])[] {
  if (asField) return [['space.fields', `${FIELDS},creator_id`]];
  return [
    ['space.fields', FIELDS],
    ['expansions', 'creator_id'],
  ];
}

function refusesCreatorField({ status, text }: HttpAnswer): boolean {
  return status === 400 && text.includes('creator_id');
}
