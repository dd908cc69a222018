import type { TwitchAccess, TwitchSettings } from './access.ts';
import { type StreamRows, streamsAnswer, type UserRow, usersAnswer } from './answers.ts';

/** The requests to Helix. Each takes at most 100 ids or logins. */
export interface TwitchClient {
  streams(userIds: readonly string[], signal: AbortSignal): Promise<StreamRows>;
  users(by: 'id' | 'login', values: readonly string[], signal: AbortSignal): Promise<readonly UserRow[]>;
}

/** Most ids of one request, and most rows of one answer. Source: Helix reference. */
export const TWITCH_BATCH = 100;

export function createTwitchClient(
  settings: TwitchSettings,
  { http, ask }: Pick<TwitchAccess, 'http' | 'ask'>,
): TwitchClient {
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
