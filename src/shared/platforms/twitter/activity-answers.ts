import { z } from 'zod';
import { optionalText } from '../answer-fields.ts';

const webhook = z.looseObject({ id: z.string().min(1), url: z.string(), valid: z.boolean() });
export type WebhookRow = z.infer<typeof webhook>;
export const webhookAnswer = z.looseObject({ data: webhook });
/** Without webhooks `data` is empty, or not there. */
export const webhooksAnswer = z
  .looseObject({
    data: z.array(webhook).optional(),
    meta: z.looseObject({ result_count: z.number() }).optional(),
  })
  .refine(({ data, meta }) => data ?? meta, { error: 'neither data nor meta' })
  .transform(({ data }) => data ?? []);
export const validationAnswer = z.looseObject({ data: z.looseObject({ valid: z.boolean() }) });

const subscription = z.looseObject({
  subscription_id: z.string().min(1),
  event_type: z.string(),
  filter: z.looseObject({ user_id: optionalText }),
  tag: optionalText,
  webhook_id: optionalText,
});
export type SubscriptionRow = z.infer<typeof subscription>;

export const subscriptionsAnswer = z
  .looseObject({
    data: z.array(subscription).optional(),
    meta: z.looseObject({ result_count: z.number().optional(), next_token: optionalText }).optional(),
  })
  .refine(({ data, meta }) => data ?? meta, { error: 'neither data nor meta' })
  .refine(({ data, meta }) => meta?.result_count === undefined || meta.result_count === (data?.length ?? 0), {
    path: ['meta', 'result_count'],
    error: 'not the number of rows',
  })
  .transform(({ data, meta }) => ({ rows: data ?? [], nextToken: meta?.next_token ?? null }));
export type SubscriptionsPage = z.infer<typeof subscriptionsAnswer>;

const made = z.looseObject({ subscription_id: z.string().min(1) });
/** The quickstart shows a list and a plain object, OpenAPI 2.167 an object inside: all three are taken. */
export const subscribedAnswer = z
  .looseObject({
    data: z.union([
      z.tuple([made], z.unknown()).transform(([one]) => one),
      z.looseObject({ subscription: made }).transform(({ subscription: one }) => one),
      made,
    ]),
  })
  .transform(({ data }) => data.subscription_id);
