import { z } from 'zod';

const transport = z.looseObject({
  method: z.string(),
  callback: z.string().optional(),
  conduit_id: z.string().optional(),
});

/** Source: EventSub reference, subscription. The condition differs from type to type. */
const subscription = z.looseObject({
  id: z.string().min(1),
  status: z.string(),
  type: z.string(),
  condition: z.looseObject({ broadcaster_user_id: z.string().optional() }),
  transport,
  cost: z.number().optional(),
});

export type SubscriptionRow = z.infer<typeof subscription>;

const pagination = z.looseObject({ cursor: z.string().optional() }).optional();

export const subscriptionsAnswer = z.looseObject({
  data: z.array(subscription),
  total_cost: z.number(),
  max_total_cost: z.number(),
  pagination,
});

const conduit = z.looseObject({ id: z.string().min(1), shard_count: z.number() });

export const conduitsAnswer = z.looseObject({ data: z.array(conduit) });
export type ConduitRow = z.infer<typeof conduit>;

const shard = z.looseObject({ id: z.string(), status: z.string(), transport });

export const shardsAnswer = z.looseObject({ data: z.array(shard), pagination });
export type ShardRow = z.infer<typeof shard>;

export type PushStatus = 'pending' | 'active' | 'dead';

/** Whatever Twitch calls it: what is neither on nor about to be will never deliver again. */
export function pushStatus(status: string): PushStatus {
  if (status === 'enabled') return 'active';
  return status === 'webhook_callback_verification_pending' ? 'pending' : 'dead';
}
