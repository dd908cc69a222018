import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../runtime/clock.ts';
import { parseJson } from '../parse-json.ts';
import type { Incoming, Pushed, Receipt, Topic } from '../push/push-adapter.ts';

/** What we subscribe to, and what each says of a channel. */
export const TWITCH_TOPICS = ['stream.online', 'stream.offline'] as const;

export interface DeliveryParts {
  readonly secret: string;
  /** Shards of a conduit are challenged too, and name no subscription. */
  readonly conduit: boolean;
  readonly clock: Clock;
}

/** Older is a replay. Source: EventSub guide, handling webhook events. */
const FRESH_MS = 10 * 60_000;

const subscription = z.looseObject({
  type: z.enum(TWITCH_TOPICS),
  status: z.string(),
  condition: z.looseObject({ broadcaster_user_id: z.string().regex(/^\d{1,20}$/) }),
});
const challenge = z.looseObject({ challenge: z.string().min(1).max(4_096), subscription: z.unknown().optional() });
const notification = z.looseObject({ subscription, event: z.looseObject({ type: z.string().optional() }) });
const revocation = z.looseObject({ subscription });

/** Reads what Twitch sends to our address. Source: EventSub guide, webhooks. */
export async function readTwitchDelivery(
  incoming: Incoming,
  wanted: (topic: Topic) => Promise<boolean>,
  parts: DeliveryParts,
): Promise<Receipt> {
  if (incoming.place !== '') return refused(404, 'nothing of Twitch is sent there');
  if (incoming.method !== 'POST') return refused(405, 'Twitch only posts');
  const [id, sentAt] = [header(incoming, 'message-id'), header(incoming, 'message-timestamp')];
  if (!isSigned(incoming, id + sentAt, parts.secret)) return refused(403, 'a wrong signature');
  const saidAt = new Date(sentAt);
  const ageMs = parts.clock.now().getTime() - saidAt.getTime();
  if (!(Math.abs(ageMs) <= FRESH_MS)) return refused(403, 'signed, but too old');
  const body = parseJson(incoming.body.toString('utf8'));
  const type = header(incoming, 'message-type');
  if (type === 'webhook_callback_verification') return asked(body, wanted, parts.conduit);
  if (type === 'notification') return told(body, id, saidAt);
  if (type === 'revocation') return revoked(body);
  return refused(204, 'signed, but of an unknown type');
}

function header({ headers }: Incoming, name: string): string {
  const value = headers[`twitch-eventsub-${name}`];
  return typeof value === 'string' ? value : '';
}

/** Over the bytes as they came, and the timestamp as it was written. */
function isSigned(incoming: Incoming, prefix: string, secret: string): boolean {
  const expected = createHmac('sha256', secret).update(prefix).update(incoming.body).digest();
  const [, hex = ''] = /^sha256=([0-9a-f]{64})$/.exec(header(incoming, 'message-signature')) ?? [];
  const given = Buffer.from(hex, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

async function asked(body: unknown, wanted: (topic: Topic) => Promise<boolean>, conduit: boolean): Promise<Receipt> {
  const read = challenge.safeParse(body);
  if (!read.success) return refused(400, 'signed, but without a challenge');
  const answer = { status: 200, body: read.data.challenge, contentType: 'text/plain' };
  const named = subscription.safeParse(read.data.subscription);
  if (!named.success) return conduit ? { kind: 'asked', answer } : refused(404, 'nothing that we asked for');
  const topic = topicOf(named.data);
  if (!(await wanted(topic))) return refused(404, 'nothing that we want');
  return { kind: 'asked', answer, confirmed: { ...topic, leaseUntil: null } };
}

function told(body: unknown, messageId: string, saidAt: Date): Receipt {
  const read = notification.safeParse(body);
  if (!read.success) return refused(204, 'signed, but unreadable');
  const topic = topicOf(read.data.subscription);
  const pushed: Pushed = { identifier: topic.identifier, says: saysOf(topic.topic, read.data.event.type) };
  return { kind: 'delivery', answer: { status: 204 }, messageId, saidAt, topics: [topic], pushed: [pushed] };
}

/** A rerun or a playlist is no live stream, though Twitch calls it online. */
function saysOf(topic: string, kind: string | undefined): Pushed['says'] {
  if (topic === 'stream.offline') return 'offline';
  return kind === undefined || kind === 'live' ? 'online' : 'something';
}

function revoked(body: unknown): Receipt {
  const read = revocation.safeParse(body);
  if (!read.success) return refused(204, 'signed, but unreadable');
  const { status } = read.data.subscription;
  return {
    kind: 'ended',
    answer: { status: 204 },
    topics: [topicOf(read.data.subscription)],
    reason: status.slice(0, 64) || 'no reason given',
  };
}

function topicOf({ type, condition }: z.output<typeof subscription>): Topic {
  return { identifier: condition.broadcaster_user_id, topic: type };
}

function refused(status: number, reason: string): Receipt {
  return { kind: 'refused', answer: { status }, reason };
}
