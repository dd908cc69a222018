import { createHmac } from 'node:crypto';
import type { Setting } from './setting.ts';

export interface TwitchMessage {
  readonly type: 'notification' | 'webhook_callback_verification' | 'revocation';
  readonly about: string;
  readonly callback: string;
  readonly secret: string;
  readonly body: object;
}

/** Notifications that nobody takes are sent again so often. */
const RETRIES = 3;

/** Signs a message as Twitch does and lets it be brought. A repeat has the same id. @returns the last answer; null: none */
export async function sendTwitchMessage({ courier, clock, random }: Setting, message: TwitchMessage) {
  const id = random.text(36, 'abcdef0123456789-');
  const sentAt = clock.now().toISOString().replace('Z', '000000Z');
  const body = JSON.stringify(message.body);
  const signature = createHmac('sha256', message.secret)
    .update(id + sentAt + body)
    .digest('hex');
  return courier.send({
    platform: 'twitch',
    about: message.about,
    method: 'POST',
    url: message.callback,
    headers: {
      'content-type': 'application/json',
      'twitch-eventsub-message-id': id,
      'twitch-eventsub-message-retry': '0',
      'twitch-eventsub-message-type': message.type,
      'twitch-eventsub-message-signature': `sha256=${signature}`,
      'twitch-eventsub-message-timestamp': sentAt,
      'twitch-eventsub-subscription-version': '1',
    },
    body,
    retries: message.type === 'notification' ? RETRIES : 0,
    repeatHeaders: (repeat) => ({ 'twitch-eventsub-message-retry': String(repeat) }),
  });
}
