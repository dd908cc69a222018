import type { Clock } from '../../runtime/clock.ts';
import { addressRefused, type TwitterActivity } from './activity.ts';
import type { WebhookRow } from './activity-answers.ts';

/** Our address as X has it. */
export interface CallbackWebhook {
  /** @returns its id, registered now if need be. @throws PlatformError while X does not accept the address */
  id(signal: AbortSignal): Promise<string>;
  /** What X knows of our address now, checked again if it was invalid; null: nothing. Never registers it. */
  look(signal: AbortSignal): Promise<Pick<WebhookRow, 'id' | 'valid'> | null>;
}

/** Many subscriptions are made one after the other; whether it is still valid need not be asked for each. */
const BELIEVED_MS = 60_000;
/** Somebody has to repair the way to us, which takes minutes; each try has X call us. */
const REFUSED_REST_MS = 5 * 60_000;

export function createCallbackWebhook(
  activity: Pick<TwitterActivity, 'webhooks' | 'createWebhook' | 'validateWebhook'>,
  { url, clock }: { url: string; clock: Clock },
): CallbackWebhook {
  let known: { readonly id: string; readonly until: number } | null = null;

  async function look(signal: AbortSignal): Promise<Pick<WebhookRow, 'id' | 'valid'> | null> {
    const ours = (await activity.webhooks(signal)).find((row) => row.url === url);
    if (!ours || ours.valid) return ours ?? null;
    return { id: ours.id, valid: await activity.validateWebhook(ours.id, signal) };
  }

  return {
    look,
    async id(signal) {
      if (known && known.until > clock.now().getTime()) return known.id;
      const webhook = (await look(signal)) ?? (await activity.createWebhook(url, signal));
      const now = clock.now().getTime();
      if (!webhook?.valid) throw addressRefused(url, new Date(now + REFUSED_REST_MS));
      known = { id: webhook.id, until: now + BELIEVED_MS };
      return webhook.id;
    },
  };
}
