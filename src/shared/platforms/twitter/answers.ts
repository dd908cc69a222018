import { z } from 'zod';
import { answerId, optionalText, optionalTime, rowsOf } from '../answer-fields.ts';
import type { ReadFault } from '../http-fault.ts';
import { restOf } from '../http-fault.ts';
import { parseJson } from '../parse-json.ts';

const space = z.looseObject({
  id: answerId,
  state: z.string(),
  title: optionalText,
  creator_id: optionalText,
  scheduled_start: optionalTime,
  started_at: optionalTime,
  ended_at: optionalTime,
  created_at: optionalTime,
});
export type SpaceRow = z.infer<typeof space>;

/** What X could not answer, inside an answer with status 200. `value` and `resource_id` name what it is about. */
const problem = z.looseObject({
  type: optionalText,
  value: optionalText,
  resource_id: optionalText,
});
export type Problem = z.infer<typeof problem>;

/** `data` is absent when there is nothing; then `meta` or `errors` says so, or it is no answer at all. */
const listOf = <T extends z.ZodType>(row: T, owner: string) =>
  z
    .looseObject({
      data: z.array(z.unknown()).optional(),
      errors: z.array(problem).optional(),
      meta: z.looseObject({ result_count: z.number() }).optional(),
    })
    .refine((answer) => answer.data ?? answer.errors ?? answer.meta, { error: 'neither data nor meta nor errors' })
    .refine(({ data, meta }) => meta === undefined || meta.result_count === (data?.length ?? 0), {
      path: ['meta', 'result_count'],
      error: 'not the number of rows',
    })
    .transform(({ data, errors }) => ({ ...rowsOf(row, owner).parse(data ?? []), problems: errors ?? [] }));

export const spacesAnswer = listOf(space, 'creator_id');
export type SpacesAnswer = z.infer<typeof spacesAnswer>;

const user = z.looseObject({ id: answerId, username: answerId, name: optionalText });
export const usersAnswer = listOf(user, 'id');
export type UserRow = z.infer<typeof user>;

/** What the problem is about: an id or a name. */
export function subjectOf(problem: Problem): string | null {
  return problem.resource_id ?? problem.value;
}

export function isNotFound(problem: Problem): boolean {
  return problem.type?.endsWith('/resource-not-found') ?? false;
}

const refusal = z.looseObject({ type: optionalText, title: optionalText });

const CAP_REST_MS = 6 * 60 * 60_000;

/**
 * A 429 is the rate limit, over within minutes, or the monthly cap, over when somebody pays: only the body tells.
 * Source: X API response codes; xdevplatform/xdk issue 25 for the cap.
 */
export const readTwitterFault: ReadFault = ({ status, headers, text }, now) => {
  if (status !== 429 && status !== 402) return undefined;
  const read = refusal.safeParse(parseJson(text));
  const capped = read.success && (read.data.type?.endsWith('/usage-capped') || read.data.title === 'UsageCapExceeded');
  const restUntil = new Date(now.getTime() + CAP_REST_MS);
  if (capped) return { fault: 'budget-spent', reason: 'usage cap exceeded', restUntil };
  if (status === 402) return { fault: 'budget-spent', reason: 'credits depleted', restUntil };
  return { fault: 'rate-limited', reason: 'too many requests', restUntil: restOf(headers, now) ?? inAMinute(now) };
};

function inAMinute(now: Date): Date {
  return new Date(now.getTime() + 60_000);
}
