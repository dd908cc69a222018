import { z } from 'zod';
import { answerId, optionalText, optionalUnixTime, optionalUrl } from '../answer-fields.ts';
import { type HttpAnswer, type ReadFault, restOf } from '../http-fault.ts';
import { parseJson } from '../parse-json.ts';

const user = z.looseObject({
  id: answerId,
  screen_id: answerId,
  name: optionalText,
  is_live: z.boolean(),
  last_movie_id: answerId.nullable(),
});
export const userAnswer = z.looseObject({ user });
export type UserRow = z.infer<typeof user>;

const MOST_SECONDS = 366 * 24 * 60 * 60;

const movie = z.looseObject({
  id: answerId,
  title: optionalText,
  link: optionalUrl,
  is_live: z.boolean(),
  large_thumbnail: optionalUrl,
  /** Seconds so far, or in all; what would be years is none. */
  duration: z.number().nonnegative().max(MOST_SECONDS).nullish().catch(null),
  created: optionalUnixTime,
});
export const movieAnswer = z.looseObject({ movie });
export type MovieRow = z.infer<typeof movie>;

const refusal = z.looseObject({ error: z.looseObject({ code: z.number() }) });

function codeOf({ text }: HttpAnswer): number | null {
  const read = refusal.safeParse(parseJson(text));
  return read.success ? read.data.error.code : null;
}

/** TwitCasting's own 404. A proxy's page with the same status says nothing about the user. */
export function isNotFound(answer: HttpAnswer): boolean {
  return answer.status === 404 && codeOf(answer) === 404;
}

/** A user or movie that is shown to some only (2002), or for which our application has no right (2005). */
export function isHidden(answer: HttpAnswer): boolean {
  return answer.status === 403 && [2002, 2005].includes(codeOf(answer) ?? 0);
}

/** Any other 404 or a hidden one is about this key alone. */
export function isAboutKey(answer: HttpAnswer): boolean {
  return answer.status === 404 || isHidden(answer);
}

/** Somebody has to enter it at the developer page: until then asking again is of little use. */
const NO_ADDRESS_REST_MS = 10 * 60_000;

/** Over its limit TwitCasting answers 403 with code 2000, not 429, and the reset in the headers. */
export const readTwitcastingFault: ReadFault = (answer, now) => {
  if (answer.status === 400 && codeOf(answer) === 1002) {
    const reason = 'no usable WebHook URL is entered for the application at the developer page of TwitCasting';
    return { fault: 'unauthorized', reason, restUntil: new Date(now.getTime() + NO_ADDRESS_REST_MS) };
  }
  if (answer.status !== 403 || codeOf(answer) !== 2000) return undefined;
  const reset = restOf(answer.headers, now) ?? new Date(now.getTime() + 60_000);
  return { fault: 'rate-limited', reason: 'execution count limitation', restUntil: new Date(reset.getTime() + 1_000) };
};
