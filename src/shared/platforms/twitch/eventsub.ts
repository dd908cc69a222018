import type { Budget } from '../budget.ts';
import { PlatformError } from '../errors.ts';
import type { HttpRequest } from '../http-client.ts';
import type { HttpAnswer } from '../http-fault.ts';
import type { TwitchAccess } from './access.ts';
import {
  type ConduitRow,
  conduitsAnswer,
  type ShardRow,
  shardsAnswer,
  type SubscriptionRow,
  subscriptionsAnswer,
} from './eventsub-answers.ts';

/** Where Twitch is to send what it tells. */
export type Transport =
  | { readonly method: 'webhook'; readonly callback: string; readonly secret: string }
  | { readonly method: 'conduit'; readonly conduit_id: string };

/** What subscriptions cost in all, and may cost at most. */
export interface Cost {
  readonly total: number;
  readonly most: number;
}

export interface SubscriptionPage {
  readonly rows: readonly SubscriptionRow[];
  readonly cost: Cost;
  readonly cursor: string | null;
}

/** The requests about subscriptions. Each throws PlatformError. */
export interface EventSub {
  /** @returns null when it exists already */
  create(type: string, userId: string, transport: Transport, signal: AbortSignal): Promise<SubscriptionRow | null>;
  /** One that is not there any more counts as ended. */
  remove(id: string, signal: AbortSignal): Promise<void>;
  page(
    filter: readonly (readonly [string, string])[],
    after: string | null,
    signal: AbortSignal,
  ): Promise<SubscriptionPage>;
  conduits(signal: AbortSignal): Promise<readonly ConduitRow[]>;
  createConduit(shards: number, signal: AbortSignal): Promise<ConduitRow>;
  resizeConduit(id: string, shards: number, signal: AbortSignal): Promise<void>;
  shards(conduitId: string, signal: AbortSignal): Promise<readonly ShardRow[]>;
  setShards(conduitId: string, ids: readonly string[], transport: Transport, signal: AbortSignal): Promise<void>;
}

/** Most shards of one request. Source: EventSub reference, Update Conduit Shards. */
const SHARDS_AT_ONCE = 20;

/** @param budget of requests about subscriptions, so that thousands of them leave the polls their points */
export function createEventSub(apiUrl: string, { http, ask }: TwitchAccess, budget: Budget): EventSub {
  const at = (path: string): string => `${apiUrl}/eventsub/${path}`;

  async function request(given: Parameters<TwitchAccess['ask']>[0]): Promise<HttpAnswer> {
    await budget.spend(given.signal);
    const answer = await ask({ ...given, expects: (one) => isCap(one) || given.expects?.(one) === true });
    if (!isCap(answer)) return answer;
    throw new PlatformError(
      'twitch',
      'unavailable',
      `twitch has no room for another subscription (${answer.endpoint})`,
    );
  }

  return {
    async create(type, userId, transport, signal) {
      const json = { type, version: '1', condition: { broadcaster_user_id: userId }, transport };
      const expects: HttpRequest['expects'] = ({ status }) => status === 409;
      const answer = await request({ endpoint: 'subscribe', url: at('subscriptions'), json, signal, expects });
      return answer.status === 409 ? null : (http.read(answer, subscriptionsAnswer).data[0] ?? null);
    },
    async remove(id, signal) {
      const expects: HttpRequest['expects'] = ({ status }) => status === 404;
      const [url, query] = [at('subscriptions'), [['id', id]] as const];
      await request({ endpoint: 'unsubscribe', method: 'DELETE', url, query, signal, expects });
    },
    async page(filter, after, signal) {
      const query = [...filter, ...(after === null ? [] : [['after', after] as const])];
      const answer = await request({ endpoint: 'subscriptions', url: at('subscriptions'), query, signal });
      const { data, total_cost: total, max_total_cost: most, pagination } = http.read(answer, subscriptionsAnswer);
      return { rows: data, cost: { total, most }, cursor: pagination?.cursor || null };
    },
    async conduits(signal) {
      return http.read(await request({ endpoint: 'conduits', url: at('conduits'), signal }), conduitsAnswer).data;
    },
    async createConduit(shards, signal) {
      const json = { shard_count: shards };
      const answer = await request({ endpoint: 'conduits', url: at('conduits'), json, signal });
      const [made] = http.read(answer, conduitsAnswer).data;
      if (made) return made;
      throw new PlatformError('twitch', 'unavailable', 'twitch made a conduit and did not say which');
    },
    async resizeConduit(id, shards, signal) {
      const json = { id, shard_count: shards };
      await request({ endpoint: 'conduits', method: 'PATCH', url: at('conduits'), json, signal });
    },
    async shards(conduitId, signal) {
      const rows: ShardRow[] = [];
      for (let after: string | undefined; ; ) {
        const query = [['conduit_id', conduitId] as const, ...(after ? [['after', after] as const] : [])];
        const answer = await request({ endpoint: 'shards', url: at('conduits/shards'), query, signal });
        const { data, pagination } = http.read(answer, shardsAnswer);
        rows.push(...data);
        after = pagination?.cursor || undefined;
        if (after === undefined) return rows;
      }
    },
    async setShards(conduitId, ids, transport, signal) {
      for (let from = 0; from < ids.length; from += SHARDS_AT_ONCE) {
        const shards = ids.slice(from, from + SHARDS_AT_ONCE).map((id) => ({ id, transport }));
        const json = { conduit_id: conduitId, shards };
        await request({ endpoint: 'shards', method: 'PATCH', url: at('conduits/shards'), json, signal });
      }
    },
  };
}

/** A 429 while points are left is about this one request: too many alike, or the cost. Waiting for points would not help. */
function isCap({ status, headers }: HttpAnswer): boolean {
  return status === 429 && Number(headers.get('ratelimit-remaining') ?? 0) > 0;
}
