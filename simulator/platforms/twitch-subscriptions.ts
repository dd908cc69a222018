/** How a subscription or a shard of a conduit stands, in Twitch's own words. */
export type SubscriptionStatus =
  | 'enabled'
  | 'webhook_callback_verification_pending'
  | 'webhook_callback_verification_failed'
  | 'notification_failures_exceeded'
  | 'authorization_revoked'
  | 'user_removed'
  | 'version_removed';

export interface SimulatedSubscription {
  readonly id: string;
  readonly type: string;
  readonly userId: string;
  readonly method: 'webhook' | 'conduit';
  /** Where it goes: an address, or the id of a conduit. */
  readonly target: string;
  readonly secret: string;
  readonly createdAt: Date;
  status: SubscriptionStatus;
  /** Notifications in a row that nobody took. */
  failures: number;
}

export interface SimulatedShard {
  readonly id: string;
  readonly callback: string;
  readonly secret: string;
  status: SubscriptionStatus;
}

export interface SimulatedConduit {
  readonly id: string;
  shardCount: number;
  readonly shards: Map<string, SimulatedShard>;
}

/** A subscription as Twitch shows it, the secret left out. */
export function subscriptionRow(one: SimulatedSubscription) {
  const target = one.method === 'webhook' ? { callback: one.target } : { conduit_id: one.target };
  return {
    id: one.id,
    status: one.status,
    type: one.type,
    version: '1',
    condition: { broadcaster_user_id: one.userId },
    created_at: one.createdAt.toISOString().replace('Z', '123456Z'),
    transport: { method: one.method, ...target },
    cost: 1,
  };
}

export function shardRow(shard: SimulatedShard) {
  return { id: shard.id, status: shard.status, transport: { method: 'webhook', callback: shard.callback } };
}
