import type { Budget } from '../budget.ts';
import { PlatformError } from '../errors.ts';
import type { HttpClient, HttpRequest } from '../http-client.ts';
import type { HttpAnswer } from '../http-fault.ts';
import {
  type SubscriptionsPage,
  subscribedAnswer,
  subscriptionsAnswer,
  validationAnswer,
  type WebhookRow,
  webhookAnswer,
  webhooksAnswer,
} from './activity-answers.ts';
import type { TwitterSettings } from './client.ts';

/** One subscription to be made. */
export interface NewSubscription {
  readonly event_type: string;
  readonly filter: { readonly user_id: string };
  readonly tag: string;
  readonly webhook_id: string;
}

/** The requests about what X pushes: the addresses it sends to, and of what. */
export interface TwitterActivity {
  webhooks(signal: AbortSignal): Promise<WebhookRow[]>;
  /** X checks the address before it answers. @returns null when the address did not pass */
  createWebhook(url: string, signal: AbortSignal): Promise<WebhookRow | null>;
  /** Has it checked again. @returns whether it passed */
  validateWebhook(id: string, signal: AbortSignal): Promise<boolean>;
  /** @returns its id, or `duplicate` when the same event of the same user is subscribed already */
  subscribe(subscription: NewSubscription, signal: AbortSignal): Promise<{ id: string } | 'duplicate'>;
  page(token: string | null, signal: AbortSignal): Promise<SubscriptionsPage>;
  /** Sends what a subscription brings to another address. */
  redirect(id: string, webhookId: string, signal: AbortSignal): Promise<void>;
  /** One that does not exist counts as removed. */
  remove(id: string, signal: AbortSignal): Promise<void>;
}

export interface TwitterActivityBudgets {
  readonly webhooks: Budget;
  readonly subscribe: Budget;
  readonly subscriptions: Budget;
  readonly unsubscribe: Budget;
}

export interface TwitterActivityParts {
  readonly settings: TwitterSettings;
  readonly http: HttpClient;
  readonly budgets: TwitterActivityBudgets;
}

/** Most rows of one answer. Source: X OpenAPI 2.167. */
const PAGE = '1000';

export function createTwitterActivity({ settings, http, budgets }: TwitterActivityParts): TwitterActivity {
  const headers = { authorization: `Bearer ${settings.bearerToken}` };

  async function ask(budget: Budget, request: Omit<HttpRequest, 'headers' | 'url'> & { path: string }) {
    await budget.spend(request.signal);
    const { path, ...rest } = request;
    return http.ask({ ...rest, url: `${settings.apiUrl}/${path}`, headers });
  }

  return {
    async webhooks(signal) {
      return http.read(await ask(budgets.webhooks, { endpoint: 'webhooks', path: 'webhooks', signal }), webhooksAnswer);
    },
    async createWebhook(url, signal) {
      const request = {
        endpoint: 'create-webhook',
        path: 'webhooks',
        json: { url },
        signal,
        expects: isRefusedAddress,
      };
      const answer = await ask(budgets.webhooks, request);
      return answer.status === 400 ? null : http.read(answer, webhookAnswer).data;
    },
    async validateWebhook(id, signal) {
      const request = {
        endpoint: 'validate-webhook',
        path: `webhooks/${encodeURIComponent(id)}`,
        method: 'PUT',
        signal,
      } as const;
      const answer = await ask(budgets.webhooks, { ...request, expects: isRefusedAddress });
      return answer.status !== 400 && http.read(answer, validationAnswer).data.valid;
    },
    async subscribe(subscription, signal) {
      const request = { endpoint: 'activity-subscribe', path: 'activity/subscriptions', json: subscription, signal };
      const answer = await ask(budgets.subscribe, { ...request, expects: isDuplicate });
      return isDuplicate(answer) ? 'duplicate' : { id: http.read(answer, subscribedAnswer) };
    },
    async page(token, signal) {
      const next = token === null ? [] : [['pagination_token', token] as const];
      const query = [['max_results', PAGE] as const, ...next];
      const request = { endpoint: 'activity-subscriptions', path: 'activity/subscriptions', query, signal };
      return http.read(await ask(budgets.subscriptions, request), subscriptionsAnswer);
    },
    async redirect(id, webhookId, signal) {
      const request = { endpoint: 'activity-update', path: `activity/subscriptions/${encodeURIComponent(id)}`, signal };
      await ask(budgets.subscribe, { ...request, method: 'PUT', json: { webhook_id: webhookId } });
    },
    async remove(id, signal) {
      const request = {
        endpoint: 'activity-unsubscribe',
        path: `activity/subscriptions/${encodeURIComponent(id)}`,
        signal,
      };
      await ask(budgets.unsubscribe, { ...request, method: 'DELETE', expects: ({ status }) => status === 404 });
    },
  };
}

/** The address did not answer the check rightly, or is none that X takes. Other refusals are about us, not the address. */
function isRefusedAddress({ status, text }: HttpAnswer): boolean {
  return status === 400 && /CrcValidationFailed|UrlValidationFailed/.test(text);
}

/** How X words it is not documented: a conflict, or a refusal that says so. */
function isDuplicate({ status, text }: HttpAnswer): boolean {
  return status === 409 || (status >= 400 && status < 500 && /duplicate/i.test(text));
}

/** What to do about an address that X does not accept. */
export function addressRefused(url: string, restUntil: Date): PlatformError {
  const message = `X could not verify ${url}: check that PUBLIC_URL is https without a port, reaches role web, and that TWITTER_CONSUMER_SECRET is the application's`;
  return new PlatformError('twitter', 'unauthorized', message, { restUntil });
}
