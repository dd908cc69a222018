import { z } from 'zod';
import { answerId, optionalText, optionalTime, optionalUrl, type ReadRows, rowsOf } from '../answer-fields.ts';
import type { ReadFault } from '../http-fault.ts';
import { parseJson } from '../parse-json.ts';

/** `type` is `live`, or empty when Twitch itself does not know. Source: Helix reference, Get Streams. */
const stream = z.looseObject({
  id: answerId,
  user_id: answerId,
  user_login: optionalText,
  user_name: optionalText,
  game_name: optionalText,
  type: z.string(),
  title: optionalText,
  started_at: optionalTime,
  thumbnail_url: optionalUrl,
});

export const streamsAnswer = z.looseObject({ data: rowsOf(stream, 'user_id') });
export type StreamRow = z.infer<typeof stream>;
export type StreamRows = ReadRows<StreamRow>;

const user = z.looseObject({ id: answerId, login: answerId, display_name: optionalText });

export const usersAnswer = z.looseObject({ data: z.array(user) });
export type UserRow = z.infer<typeof user>;

export const tokenAnswer = z.looseObject({ access_token: z.string().min(1), expires_in: z.number().positive() });

const refusal = z.looseObject({ message: z.string() });

/** Twitch answers wrong credentials at the token endpoint with 400 or 403 and a fixed sentence. */
export const readTwitchFault: ReadFault = ({ endpoint, status, text }, now) => {
  if (endpoint !== 'token' || (status !== 400 && status !== 403)) return undefined;
  const read = refusal.safeParse(parseJson(text));
  const known = read.success && /^invalid client( secret)?$/.test(read.data.message);
  const reason = known ? read.data.message : 'token refused';
  return { fault: 'unauthorized', reason, restUntil: new Date(now.getTime() + 30_000) };
};
