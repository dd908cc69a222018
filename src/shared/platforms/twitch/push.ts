import { createHash, createHmac } from 'node:crypto';
import { createBudget } from '../budget.ts';
import { PlatformError } from '../errors.ts';
import type { AdapterParts } from '../parts.ts';
import type { PushAdapter, RemoteSubscription, Subscribed, Topic } from '../push/push-adapter.ts';
import { createTwitchAccess, type TwitchSettings } from './access.ts';

import { createConduit } from './conduit.ts';
import { readTwitchDelivery, TWITCH_TOPICS } from './delivery.ts';
import { createEventSub, type EventSub, type Transport } from './eventsub.ts';
import { pushStatus, type SubscriptionRow } from './eventsub-answers.ts';

export interface TwitchPushParts extends AdapterParts {
  readonly settings: TwitchSettings & {
    /** Of a conduit; 0: plain webhooks. */
    readonly conduitShards: number;
  };
  readonly callback: string;
}

/** EventSub: one subscription for each begin and each end of a channel, by webhook or through a conduit. */
export function createTwitchPush(parts: TwitchPushParts): PushAdapter {
  const { settings, callback, clock } = parts;
  const platform = 'twitch';
  // Half of the points: thousands of subscriptions at once must leave the polls theirs.
  const budget = createBudget({ ...parts, platform }, { name: 'subscriptions', limit: 400, window: 60_000 });
  const eventsub = createEventSub(settings.apiUrl, createTwitchAccess(parts), budget);
  const secret = secretOf(settings.clientSecret);
  const webhook = { method: 'webhook', callback, secret } as const;
  const shards = settings.conduitShards;
  const conduitId = createConduit({ eventsub, shards, transport: webhook, clock });
  const transport = async (signal: AbortSignal): Promise<Transport> =>
    shards === 0 ? webhook : { method: 'conduit', conduit_id: await conduitId(signal) };
  const readRow = (row: SubscriptionRow, current: Transport): RemoteSubscription => toRemote(row, current, callback);
  let room: number | null = null;

  async function subscribe({ identifier, topic }: Topic, signal: AbortSignal): Promise<Subscribed> {
    const current = await transport(signal);
    const made = await eventsub.create(topic, identifier, current, signal);
    if (made) return toSubscribed(readRow(made, current), identifier);
    const there = await find(eventsub, { identifier, topic }, (row) => readRow(row, current), signal);
    const alive = there.find((one) => one.state !== 'dead');
    if (alive) return toSubscribed(alive, identifier);
    for (const one of there) await eventsub.remove(one.remoteId, signal);
    const again = await eventsub.create(topic, identifier, current, signal);
    if (again) return toSubscribed(readRow(again, current), identifier);
    throw new PlatformError(
      platform,
      'unavailable',
      `twitch says that ${topic} of ${identifier} exists, and does not list it`,
    );
  }

  async function* list(signal: AbortSignal): AsyncIterable<readonly RemoteSubscription[]> {
    const current = await transport(signal);
    let foreign = 0;
    for (let after: string | null = null; ; ) {
      const { rows, cost, cursor } = await eventsub.page([], after, signal);
      const read = rows.map((row) => ({ ...readRow(row, current), cost: row.cost ?? 1 }));
      // What costs us nothing, because the channel gave its permission, takes no room.
      for (const one of read) foreign += one.ours ? one.cost - 1 : one.cost;
      yield read;
      after = cursor;
      if (after === null) {
        room = cost.most - foreign;
        return;
      }
    }
  }

  return {
    platform,
    topics: TWITCH_TOPICS,
    tells: 'both',
    mark: createHash('sha256')
      .update(`${secret} ${callback} ${shards > 0}`)
      .digest('hex')
      .slice(0, 32),
    async capacity() {
      room ??= (await eventsub.page([], null, AbortSignal.timeout(10_000))).cost.most;
      return room;
    },
    subscribe,
    unsubscribe: async ({ remoteId }, signal) => {
      if (remoteId !== null) await eventsub.remove(remoteId, signal);
    },
    list,
    receive: (incoming, wanted) => readTwitchDelivery(incoming, wanted, { secret, conduit: shards > 0, clock }),
  };
}

/** Follows from what is secret anyway, so that there is one secret less to keep. */
export function secretOf(clientSecret: string): string {
  return createHmac('sha256', clientSecret).update('tallylight eventsub').digest('hex');
}

async function find(
  eventsub: EventSub,
  { identifier, topic }: Topic,
  read: (row: SubscriptionRow) => RemoteSubscription,
  signal: AbortSignal,
): Promise<RemoteSubscription[]> {
  const found: RemoteSubscription[] = [];
  for (let after: string | null = null; ; ) {
    const page = await eventsub.page([['user_id', identifier]], after, signal);
    found.push(...page.rows.map(read).filter((one) => one.ours && one.topic === topic));
    after = page.cursor;
    if (after === null) return found;
  }
}

/** One of ours that goes another way than today's, by webhook and not by conduit, is as good as dead. */
function toRemote(row: SubscriptionRow, current: Transport, callback: string): RemoteSubscription {
  const { transport } = row;
  const asToday =
    current.method === 'webhook' ? transport.callback === callback : transport.conduit_id === current.conduit_id;
  return {
    identifier: row.condition.broadcaster_user_id ?? '',
    topic: row.type,
    remoteId: row.id,
    state: asToday ? pushStatus(row.status) : 'dead',
    ours: asToday || transport.callback === callback,
  };
}

function toSubscribed({ state, remoteId }: RemoteSubscription, identifier: string): Subscribed {
  if (state !== 'dead') return { state, remoteId, leaseUntil: null };
  throw new PlatformError('twitch', 'unavailable', `twitch made a subscription of ${identifier} that is dead`);
}
