import { createHash } from 'node:crypto';
import type { AdapterParts } from '../parts.ts';
import { createBudget } from '../budget.ts';
import { PlatformError } from '../errors.ts';
import { createHttpClient } from '../http-client.ts';
import type { KnownSubscription, PushAdapter, RemoteSubscription } from '../push/push-adapter.ts';
import { readTwitcastingFault } from './answers.ts';
import { twitcastingBudgets } from './budgets.ts';
import { createTwitcastingClient, type TwitcastingSettings } from './client.ts';
import { readTwitcastingDelivery } from './delivery.ts';
import type { UserIds } from './user-ids.ts';
import { createTwitcastingWebhooks, TWITCASTING_EVENTS } from './webhooks.ts';

export interface TwitcastingPushParts extends AdapterParts {
  readonly settings: TwitcastingSettings & {
    /** The constant that TwitCasting puts into every delivery. */
    readonly signature: string;
  };
  readonly userIds: UserIds;
}

/** So long an id is believed without asking again. Subscribing is rare; a screen id that changes hands is rarer. */
const BELIEVED_MS = 24 * 60 * 60_000;

/** Webhooks of TwitCasting: registered for each user and event, delivered to the one address of the application. */
export function createTwitcastingPush(parts: TwitcastingPushParts): PushAdapter {
  const { settings, userIds, clock } = parts;
  const platform = 'twitcasting';
  const http = createHttpClient({ ...parts, platform, readFault: readTwitcastingFault });
  const { users, movies, webhooks: budget } = twitcastingBudgets(parts);
  const client = createTwitcastingClient({ settings, http, users, movies });
  const webhooks = createTwitcastingWebhooks({ settings, http, budget, clock });
  // Finding out who is who must leave the polls most of what may be asked of users.
  const lookups = createBudget({ ...parts, platform }, { name: 'user-ids', limit: 20, window: 60_000 });

  async function userIdOf(screenId: string, signal: AbortSignal): Promise<string | null> {
    const known = await userIds.of(screenId, new Date(clock.now().getTime() - BELIEVED_MS));
    if (known !== null) return known;
    await lookups.spend(signal);
    const user = await client.user(screenId, signal);
    if (user === 'missing') return null;
    if (user === 'hidden') throw new PlatformError(platform, 'unavailable', `twitcasting did not show ${screenId}`);
    await userIds.remember(user.id, screenId);
    return user.id;
  }

  async function registeredIdOf({ identifier, remoteId }: KnownSubscription, signal: AbortSignal) {
    return remoteId ?? (await userIds.of(identifier)) ?? userIdOf(identifier, signal);
  }

  async function* list(signal: AbortSignal): AsyncIterable<readonly RemoteSubscription[]> {
    // Read whole before anything of it is acted on: a removal would move what is behind it across the pages.
    const rows = await webhooks.all(signal);
    const screenIds = await userIds.screenIdsOf([...new Set(rows.map((row) => row.user_id))]);
    yield rows.map((row) => ({
      identifier: screenIds.get(row.user_id) ?? row.user_id,
      topic: row.event,
      remoteId: row.user_id,
      state: 'active',
      // An application has one address for everything it is told of.
      ours: true,
    }));
  }

  return {
    platform,
    topics: TWITCASTING_EVENTS,
    tells: 'both',
    // Neither the signature nor the address is part of a registration, only the application.
    mark: createHash('sha256').update(settings.clientId).digest('hex').slice(0, 16),
    // None is known; a refusal is met when it comes.
    capacity: async () => null,
    async subscribe({ identifier, topic }, signal) {
      const userId = await userIdOf(identifier, signal);
      if (userId === null) throw new PlatformError(platform, 'unavailable', `twitcasting knows no user ${identifier}`);
      await webhooks.register(userId, topic, signal);
      return { state: 'active', remoteId: userId, leaseUntil: null };
    },
    async unsubscribe(subscription, signal) {
      const userId = await registeredIdOf(subscription, signal);
      if (userId !== null) await webhooks.remove(userId, subscription.topic, signal);
    },
    list,
    receive: async (incoming) => readTwitcastingDelivery(incoming, settings.signature),
  };
}
