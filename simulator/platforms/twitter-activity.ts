import { z } from 'zod';
import { type Answer, json, type WireRequest } from '../wire.ts';
import type { WorldEvent } from '../world.ts';
import type { Setting } from './setting.ts';
import { invalidRequest, problem } from './twitter-problem.ts';
import { userObject } from './twitter-users.ts';
import { digits, parsed, signatureOf, type TwitterWebhooks } from './twitter-webhooks.ts';

const EVENTS = ['spaces.start', 'spaces.end'] as const;
type Event = (typeof EVENTS)[number];

interface Subscription {
  readonly subscription_id: string;
  readonly event_type: Event;
  readonly filter: { readonly user_id: string };
  readonly created_at: string;
  readonly updated_at: string;
  readonly tag?: string;
  readonly webhook_id?: string;
}

/** `/2/activity/subscriptions`, and the events that come of them. */
export interface TwitterActivity {
  create(request: WireRequest): Answer;
  list(request: WireRequest): Answer;
  update(request: WireRequest): Answer;
  remove(request: WireRequest): Answer;
}

const changeable = { tag: z.string().min(1).max(200).optional(), webhook_id: z.string().optional() };
const creation = z.object({
  event_type: z.enum(EVENTS),
  filter: z.object({ user_id: z.string().regex(/^[0-9]{1,19}$/) }),
  ...changeable,
});
const update = z.object(changeable);

const MOST_ROWS = 1_000;
const RETRIES = 3;

export function createTwitterActivity(setting: Setting, webhooks: TwitterWebhooks): TwitterActivity {
  const { world, random, clock, limits, quirks } = setting;
  const subscriptions = new Map<string, Subscription>();

  world.subscribe((event) => {
    const type = typeOf(event);
    const told = [...subscriptions.values()].filter(
      (one) => one.event_type === type && one.filter.user_id === event.streamer.userId,
    );
    for (const subscription of told) tell(setting, webhooks, { subscription, event });
  });

  function refuse(given: z.output<typeof creation>): Answer | undefined {
    const same = [...subscriptions.values()].some(
      (one) => one.event_type === given.event_type && one.filter.user_id === given.filter.user_id,
    );
    if (same) return problem(409, 'DuplicateSubscription', 'A duplicate subscription already exists.');
    if (subscriptions.size < limits().twitter.subscriptions) return undefined;
    return problem(403, 'SubscriptionLimitExceeded', 'The limit of subscriptions is reached.');
  }

  return {
    create({ body }) {
      const given = creation.safeParse(parsed(body));
      if (!given.success) return invalidRequest('body', z.prettifyError(given.error));
      if (given.data.webhook_id && !webhooks.find(given.data.webhook_id)) return noWebhook();
      const refused = refuse(given.data);
      if (refused) return refused;
      const at = clock.now().toISOString();
      const { tag, webhook_id, ...rest } = given.data;
      const made: Subscription = {
        ...{ subscription_id: digits(random), created_at: at, updated_at: at, ...rest },
        ...(tag !== undefined && { tag }),
        ...(webhook_id !== undefined && { webhook_id }),
      };
      subscriptions.set(made.subscription_id, made);
      return json(200, { data: shaped(made, quirks().twitterSubscriptionShape), meta: total(subscriptions.size) });
    },
    list({ query }) {
      const [limit, token] = [Number(query.get('max_results') ?? MOST_ROWS), query.get('pagination_token')];
      if (!Number.isInteger(limit) || limit < 1 || limit > MOST_ROWS)
        return invalidRequest('max_results', 'not 1–1000');
      const from = token === null ? 0 : Number(/^page(\d{14})$/.exec(token)?.[1] ?? Number.NaN);
      if (Number.isNaN(from)) return invalidRequest('pagination_token', 'not a token of ours');
      const data = [...subscriptions.values()].slice(from, from + limit);
      const next = from + limit < subscriptions.size && { next_token: `page${String(from + limit).padStart(14, '0')}` };
      const meta = { result_count: data.length, ...total(subscriptions.size), ...next };
      return json(200, { ...(data.length > 0 && { data }), meta });
    },
    update({ params: [id = ''], body }) {
      const known = subscriptions.get(id);
      const given = update.safeParse(parsed(body));
      if (!known) return unknownSubscription(id);
      if (!given.success) return invalidRequest('body', z.prettifyError(given.error));
      if (given.data.webhook_id && !webhooks.find(given.data.webhook_id)) return noWebhook();
      const { tag = known.tag, webhook_id = known.webhook_id } = given.data;
      const changed = { ...known, ...(tag && { tag }), ...(webhook_id && { webhook_id }) };
      subscriptions.set(id, changed);
      return json(200, { data: changed, meta: total(subscriptions.size) });
    },
    remove: ({ params: [id = ''] }) =>
      subscriptions.delete(id)
        ? json(200, { data: { deleted: true }, meta: total(subscriptions.size) })
        : unknownSubscription(id),
  };
}

function typeOf({ kind, streamer }: WorldEvent): Event | null {
  if (streamer.platform !== 'twitter') return null;
  if (kind === 'online') return 'spaces.start';
  return kind === 'offline' ? 'spaces.end' : null;
}

/** The documents show the same answer three times, each time differently. */
function shaped(made: Subscription, shape: 'list' | 'object' | 'nested'): unknown {
  if (shape === 'list') return [made];
  return shape === 'object' ? made : { subscription: made };
}

function total(count: number) {
  return { total_subscriptions: count };
}

interface Telling {
  readonly subscription: Subscription;
  readonly event: WorldEvent;
}

function tell({ courier, random }: Setting, webhooks: TwitterWebhooks, { subscription, event }: Telling): void {
  const webhook = webhooks.find(subscription.webhook_id ?? '');
  if (!webhook?.valid) return;
  const { event_type, filter, tag } = subscription;
  const user = { data: userObject(event.streamer, new Set()) };
  const payload = { user, broadcast_id: event.broadcast.id, event_type: event_type.replace('.', '_') };
  const uuid = `${random.chance(0.5) ? '-' : ''}${digits(random)}`;
  const body = JSON.stringify({ data: { event_uuid: uuid, filter, event_type, ...(tag && { tag }), payload } });
  const headers = { 'content-type': 'application/json', 'x-twitter-webhooks-signature': signatureOf(body) };
  void courier.send({
    ...{ platform: 'twitter', about: event_type, method: 'POST', url: webhook.url, headers, body, retries: RETRIES },
  });
}

function noWebhook(): Answer {
  return invalidRequest('webhook_id', 'there is no such webhook');
}

function unknownSubscription(id: string): Answer {
  const type = 'https://api.x.com/2/problems/resource-not-found';
  return problem(404, 'Not Found Error', `Could not find subscription with subscription_id: [${id}].`, type);
}
