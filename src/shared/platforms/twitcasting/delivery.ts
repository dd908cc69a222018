import { z } from 'zod';
import { parseJson } from '../parse-json.ts';
import type { Incoming, Receipt } from '../push/push-adapter.ts';
import { isSameSecret } from '../push/same-secret.ts';

const signed = z.looseObject({ signature: z.string() });

/** An account's number, or its screen id with a prefix perhaps; tables and keys take nothing else. */
const account = z.string().regex(/^[\w.:-]{1,64}$/);

const delivery = z.looseObject({
  movie: z.looseObject({
    id: z.string().regex(/^\d{1,20}$/),
    user_id: account,
    is_live: z.boolean(),
  }),
  broadcaster: z.looseObject({ screen_id: account }).optional(),
});

/**
 * Reads what TwitCasting sends to the one address of the application. The signature is a constant of the application, not
 * one of the message: whoever knows it can say anything, which is why the look decides.
 * Source: TwitCasting API v2, Incoming WebHook.
 */
export function readTwitcastingDelivery({ method, place, body }: Incoming, signature: string): Receipt {
  if (method !== 'POST' || place !== '') return refused(404, 'nothing of TwitCasting is sent there');
  const message = parseJson(body.toString('utf8'));
  const claim = signed.safeParse(message);
  if (!claim.success) return refused(400, 'unreadable, or without a signature');
  if (!isSameSecret(claim.data.signature, signature)) return refused(403, 'a wrong signature');
  // Schedules are told of as well; what they look like is not known, and they are no broadcast.
  if (!('movie' in claim.data)) return told(null, [], []);
  const read = delivery.safeParse(message);
  // Sent again it would be no clearer.
  if (!read.success) return refused(200, `signed, but unreadable at ${read.error.issues[0]?.path.join('.')}`);
  return toldOf(read.data);
}

/** There is no id of the message: the same movie in the same state is the same news. */
function toldOf({ movie, broadcaster }: z.output<typeof delivery>): Receipt {
  // Before 2018-09 there was no broadcaster; accounts not born on Twitter have one id for both.
  const identifier = (broadcaster?.screen_id ?? movie.user_id).toLowerCase();
  const [topic, says] = movie.is_live ? (['livestart', 'online'] as const) : (['liveend', 'offline'] as const);
  const pushed = [{ identifier, broadcastId: movie.id, says }];
  return told(`${movie.id}/${movie.is_live}`, [{ identifier, topic }], pushed);
}

type Delivery = Extract<Receipt, { kind: 'delivery' }>;

function told(messageId: string | null, topics: Delivery['topics'], pushed: Delivery['pushed']): Delivery {
  return { kind: 'delivery', answer: { status: 200 }, messageId, topics, pushed };
}

function refused(status: number, reason: string): Receipt {
  return { kind: 'refused', answer: { status }, reason };
}
