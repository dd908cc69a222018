import { z } from 'zod';
import type { Clock } from '../../runtime/clock.ts';
import { sleep } from '../../runtime/clock.ts';
import type { Budget } from '../budget.ts';
import { PlatformError } from '../errors.ts';
import type { HttpClient, HttpRequest } from '../http-client.ts';
import { isNotFound } from './answers.ts';
import { authorization, type TwitcastingSettings } from './client.ts';

/** What can be told of a user. Both are needed: a movie begins and ends. */
export const TWITCASTING_EVENTS = ['livestart', 'liveend'] as const;

/** One event of one user, as TwitCasting lists it. */
export interface WebhookRow {
  readonly user_id: string;
  readonly event: string;
}

/** The requests about what the application is told of. */
export interface TwitcastingWebhooks {
  register(userId: string, event: string, signal: AbortSignal): Promise<void>;
  /** A row that does not exist counts as removed. */
  remove(userId: string, event: string, signal: AbortSignal): Promise<void>;
  /** All rows. Waits for the next minute where there are more pages than requests in one. */
  all(signal: AbortSignal): Promise<WebhookRow[]>;
}

export interface TwitcastingWebhooksParts {
  readonly settings: TwitcastingSettings;
  readonly http: HttpClient;
  readonly budget: Budget;
  readonly clock: Clock;
}

/** Most rows of one answer. Source: TwitCasting API v2, Get WebHook List. */
const PAGE = 50;

/** A clock that is a little ahead must not make this a busy loop. */
const LEAST_WAIT_MS = 20;

const registered = z.looseObject({ user_id: z.string() });
const page = z.looseObject({
  all_count: z.number().int().nonnegative(),
  webhooks: z.array(z.looseObject({ user_id: z.string().min(1), event: z.string().min(1) })),
});

export function createTwitcastingWebhooks(parts: TwitcastingWebhooksParts): TwitcastingWebhooks {
  const { settings, http, budget, clock } = parts;
  const ask = (signal: AbortSignal, given: Partial<HttpRequest>) =>
    http.ask({
      ...{ endpoint: 'webhooks', url: `${settings.apiUrl}/webhooks`, headers: authorization(settings), signal },
      ...given,
    });

  async function read(offset: number, signal: AbortSignal): Promise<z.output<typeof page>> {
    await spendPatiently(budget, clock, signal);
    const query = [['limit', String(PAGE)] as const, ['offset', String(offset)] as const];
    return http.read(await ask(signal, { query }), page);
  }

  return {
    async register(userId, event, signal) {
      await budget.spend(signal);
      // 201, or 200: both have been seen.
      http.read(await ask(signal, { json: { user_id: userId, events: [event] } }), registered);
    },
    async remove(userId, event, signal) {
      await budget.spend(signal);
      const query = [['user_id', userId] as const, ['events[]', event] as const];
      await ask(signal, { method: 'DELETE', query, expects: isNotFound });
    },
    async all(signal) {
      const rows: WebhookRow[] = [];
      for (;;) {
        const { all_count: count, webhooks } = await read(rows.length, signal);
        rows.push(...webhooks);
        if (rows.length >= count) return rows;
        // Half a list would read as so many users who are not registered.
        if (webhooks.length === 0) throw cutShort(rows.length, count);
      }
    },
  };
}

function cutShort(got: number, count: number): PlatformError {
  return new PlatformError('twitcasting', 'unavailable', `twitcasting listed ${got} of ${count} webhooks`);
}

/** Whoever subscribes meanwhile may be quicker. @throws PlatformError when the time that the caller gives is over */
async function spendPatiently(budget: Budget, clock: Clock, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      return await budget.spend(signal);
    } catch (error) {
      const spent = error instanceof PlatformError && error.fault === 'budget-spent' && error.restUntil;
      if (!spent || signal.aborted) throw error;
      await sleep(Math.max(spent.getTime() - clock.now().getTime(), LEAST_WAIT_MS), signal);
    }
  }
}
