import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { parseJson } from '../parse-json.ts';
import type { Incoming, Pushed, Receipt } from '../push/push-adapter.ts';
import { isSameSecret } from '../push/same-secret.ts';

/** What we subscribe to, and what each event says of its Space. */
export const TWITTER_EVENTS = { 'spaces.start': 'online', 'spaces.end': 'offline' } as const;

type Event = keyof typeof TWITTER_EVENTS;

/**
 * A token that could be the body of a delivery is not signed: the response to it would be that body's signature, and
 * whoever asked could send it to us. JSON objects need a brace and quotes, which this leaves no room for.
 */
const CRC_TOKEN = /^[\w\-+/=.~:]{1,512}$/;

/** With the application's OAuth 2.0 client secret, or with its OAuth 1.0 consumer secret: we hold one of them. */
const SIGNATURES = ['x-twitter-webhooks-signature', 'x-twitter-webhooks-signature-oauth2'];

/** One that is empty, or a number that has lost digits, would make different events the same: then there is none. */
const eventId = z
  .union([z.string().regex(/^[\w.:-]{1,64}$/), z.number().refine(Number.isSafeInteger).transform(String)])
  .nullish()
  .catch(null);

const event = z.looseObject({
  event_uuid: eventId,
  event_type: z.string(),
  filter: z.looseObject({ user_id: z.string().regex(/^\d{1,19}$/) }),
  payload: z.looseObject({ broadcast_id: z.string().regex(/^[a-zA-Z0-9]{1,64}$/) }),
});
const typed = z.looseObject({ event_type: z.string() });
/** One event; whether several can come together is not documented. */
const delivery = z.looseObject({ data: z.union([z.array(typed), typed.transform((one) => [one])]) });

/** Reads what X sends to our address: its check that the address is ours, or events. Source: X webhooks, X Activity API. */
export function readTwitterDelivery(incoming: Incoming, consumerSecret: string): Receipt {
  if (incoming.place !== '') return refused(404, 'nothing of X is sent there');
  if (incoming.method === 'GET') return answerCheck(incoming.query.get('crc_token') ?? '', consumerSecret);
  if (incoming.method !== 'POST') return refused(405, 'neither a check nor a delivery');
  if (!isSigned(incoming, consumerSecret)) return refused(403, 'a wrong signature');
  const read = delivery.safeParse(parseJson(incoming.body.toString('utf8')));
  if (!read.success) return refused(200, 'signed, but unreadable');
  // Another program of the same application may have subscribed to more; only what is ours has to be readable.
  const ours = z.array(event).safeParse(read.data.data.filter(isOurs));
  if (!ours.success) return refused(200, `signed, but unreadable at ${ours.error.issues[0]?.path.join('.')}`);
  return toldOf(ours.data);
}

function isOurs({ event_type: type }: z.output<typeof typed>): boolean {
  return Object.hasOwn(TWITTER_EVENTS, type);
}

function answerCheck(token: string, secret: string): Receipt {
  if (!CRC_TOKEN.test(token)) return refused(400, 'a check without a token, or with one that is none');
  const body = JSON.stringify({ response_token: signatureOf(token, secret) });
  return { kind: 'asked', answer: { status: 200, body, contentType: 'application/json' } };
}

function isSigned({ headers, body }: Incoming, secret: string): boolean {
  const expected = signatureOf(body, secret);
  return SIGNATURES.some((name) => isSameSecret(String(headers[name] ?? ''), expected));
}

function signatureOf(text: Buffer | string, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(text).digest('base64')}`;
}

function toldOf(events: readonly z.output<typeof event>[]): Receipt {
  const pushed = events.map(({ event_type, filter, payload }): Pushed => {
    return { identifier: filter.user_id, broadcastId: payload.broadcast_id, says: TWITTER_EVENTS[event_type as Event] };
  });
  const topics = events.map(({ event_type, filter }) => ({ identifier: filter.user_id, topic: event_type }));
  const ids = events.map(
    ({ event_uuid, event_type, payload }) => event_uuid ?? `${event_type}/${payload.broadcast_id}`,
  );
  const messageId = ids.length > 0 ? ids.join(' ') : null;
  return { kind: 'delivery', answer: { status: 200 }, messageId, topics, pushed };
}

function refused(status: number, reason: string): Receipt {
  return { kind: 'refused', answer: { status }, reason };
}
