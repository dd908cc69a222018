import { createHmac, randomUUID } from 'node:crypto';
import { CREDENTIALS } from '../../simulator/credentials.ts';
import { secretOf } from '../../src/shared/platforms/twitch/push.ts';

export interface TwitchDelivery {
  readonly identifier: string;
  readonly topic?: 'stream.online' | 'stream.offline';
  readonly messageId?: string;
  readonly at?: Date;
  readonly secret?: string;
  /** Anything but a notification, with its own body. */
  readonly type?: string;
  readonly content?: object;
}

/** A notification as Twitch signs it; with another secret, as somebody else would. */
export function twitchDelivery(given: TwitchDelivery): {
  method: 'POST';
  headers: Record<string, string>;
  body: string;
} {
  const { identifier, topic = 'stream.online', messageId = randomUUID(), at = new Date() } = given;
  const secret = given.secret ?? secretOf(CREDENTIALS.twitchClientSecret);
  const user = { broadcaster_user_id: identifier };
  const content = given.content ?? {
    subscription: { id: 'x', status: 'enabled', type: topic, version: '1', condition: user, transport: {}, cost: 1 },
    event: { ...user, ...(topic === 'stream.online' && { id: '1', type: 'live' }) },
  };
  const body = JSON.stringify(content);
  const stamp = at.toISOString().replace('Z', '654321Z');
  const signature = createHmac('sha256', secret).update(`${messageId}${stamp}${body}`).digest('hex');
  const headers = {
    'content-type': 'application/json',
    'twitch-eventsub-message-id': messageId,
    'twitch-eventsub-message-timestamp': stamp,
    'twitch-eventsub-message-type': given.type ?? 'notification',
    'twitch-eventsub-message-signature': `sha256=${signature}`,
  };
  return { method: 'POST', headers, body };
}
