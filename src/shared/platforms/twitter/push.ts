import { createHash } from 'node:crypto';
import { createBudget } from '../budget.ts';
import { PlatformError } from '../errors.ts';
import { createHttpClient } from '../http-client.ts';
import type { AdapterParts } from '../parts.ts';
import type { KnownSubscription, PushAdapter, RemoteSubscription } from '../push/push-adapter.ts';
import { createTwitterActivity, type TwitterActivity } from './activity.ts';
import type { SubscriptionRow } from './activity-answers.ts';
import { readTwitterFault } from './answers.ts';
import { createCallbackWebhook } from './callback-webhook.ts';
import type { TwitterSettings } from './client.ts';
import { readTwitterDelivery, TWITTER_EVENTS } from './delivery.ts';

export interface TwitterPushParts extends AdapterParts {
  readonly settings: TwitterSettings & {
    /** Signs what X sends, and proves to X that the address is ours. */
    readonly consumerSecret: string;
  };
  /** Where X is to send to. It takes https without a port only. */
  readonly callback: string;
}

/** Most subscriptions of a self-serve application. Source: X Activity API, subscription limits. */
const CAPACITY = 1_500;

/** What marks a subscription as made by us, where X does not say to which address it leads. */
const TAG = 'tallylight';

/** X Activity: a subscription for each user and event, all to one address that X checks every hour. Events cost money. */
export function createTwitterPush(parts: TwitterPushParts): PushAdapter {
  const { settings, callback, clock } = parts;
  const platform = 'twitter';
  const http = createHttpClient({ ...parts, platform, readFault: readTwitterFault });
  const activity = createTwitterActivity({ settings, http, budgets: activityBudgets(parts) });
  const webhook = createCallbackWebhook(activity, { url: callback, clock });

  async function* list(signal: AbortSignal): AsyncIterable<readonly RemoteSubscription[]> {
    const ours = await webhook.look(signal);
    for await (const rows of pagesOf(activity, signal)) yield rows.map((row) => remote(row, ours));
  }

  async function subscribe({ identifier, topic }: KnownSubscription, signal: AbortSignal): Promise<string> {
    const webhookId = await webhook.id(signal);
    const wanted = { event_type: topic, filter: { user_id: identifier }, tag: TAG, webhook_id: webhookId };
    const made = await activity.subscribe(wanted, signal);
    return made === 'duplicate' ? adopt(activity, wanted, signal) : made.id;
  }

  return {
    platform,
    topics: Object.keys(TWITTER_EVENTS),
    tells: 'both',
    mark: createHash('sha256').update(`${callback}\n${settings.consumerSecret}`).digest('hex').slice(0, 16),
    capacity: async () => CAPACITY,
    async subscribe(topic, signal) {
      return { state: 'active', remoteId: await subscribe(topic, signal), leaseUntil: null };
    },
    async unsubscribe({ identifier, topic, remoteId }, signal) {
      const wanted = { event_type: topic, filter: { user_id: identifier } };
      const id = remoteId ?? (await find(activity, wanted, signal))?.subscription_id;
      if (id !== undefined) await activity.remove(id, signal);
    },
    list,
    receive: async (incoming) => readTwitterDelivery(incoming, settings.consumerSecret),
  };
}

/** Source: X API rate limits: 500 in 15 minutes for each of these; for webhooks none is stated, and few are needed. */
function activityBudgets({ redis, clock }: AdapterParts) {
  const parts = { redis, platform: 'twitter', clock } as const;
  const rule = { limit: 500, window: 15 * 60_000 };
  return {
    webhooks: createBudget(parts, { ...rule, limit: 100, name: 'webhooks' }),
    subscribe: createBudget(parts, { ...rule, name: 'activity-subscribe' }),
    subscriptions: createBudget(parts, { ...rule, name: 'activity-subscriptions' }),
    unsubscribe: createBudget(parts, { ...rule, name: 'activity-unsubscribe' }),
  };
}

async function* pagesOf(activity: TwitterActivity, signal: AbortSignal): AsyncIterable<readonly SubscriptionRow[]> {
  const seen = new Set<string>();
  for (let token: string | null = null; ; ) {
    const { rows, nextToken } = await activity.page(token, signal);
    yield rows;
    if (nextToken === null) return;
    // A list that goes in circles would be read for ever.
    if (seen.has(nextToken)) throw new PlatformError('twitter', 'unavailable', 'twitter listed a page twice');
    seen.add(nextToken);
    token = nextToken;
  }
}

/** Nothing comes by an address that X holds for invalid: then it counts as not there yet, and the polls go on. */
function remote(row: SubscriptionRow, ours: { id: string; valid: boolean } | null): RemoteSubscription {
  const leadsHere = row.webhook_id === null ? row.tag === TAG : row.webhook_id === ours?.id;
  return {
    identifier: row.filter.user_id ?? '',
    topic: row.event_type,
    remoteId: row.subscription_id,
    state: ours?.valid ? 'active' : 'pending',
    ours: ours !== null && leadsHere,
  };
}

type Wanted = Pick<SubscriptionRow, 'event_type'> & { readonly filter: { readonly user_id: string } };

async function find(activity: TwitterActivity, { event_type: type, filter }: Wanted, signal: AbortSignal) {
  for await (const rows of pagesOf(activity, signal)) {
    const found = rows.find((row) => row.event_type === type && row.filter.user_id === filter.user_id);
    if (found) return found;
  }
  return undefined;
}

/** X keeps one for each user and event: an older one of ours, for another address perhaps, becomes this one. */
async function adopt(activity: TwitterActivity, wanted: Wanted & { webhook_id: string }, signal: AbortSignal) {
  const existing = await find(activity, wanted, signal);
  const what = `${wanted.event_type} of ${wanted.filter.user_id}`;
  if (!existing) throw new PlatformError('twitter', 'unavailable', `twitter has ${what} already, but does not list it`);
  if (existing.webhook_id === wanted.webhook_id) return existing.subscription_id;
  if (existing.tag !== TAG) {
    const message = `twitter sends ${what} to another program of this application: end that subscription, or give Tallylight an application of its own`;
    throw new PlatformError('twitter', 'unavailable', message);
  }
  await activity.redirect(existing.subscription_id, wanted.webhook_id, signal);
  return existing.subscription_id;
}
