import type { Platform } from '../domain/platform.ts';

/** The braces keep all keys of one queue in one slot of a Redis Cluster, and let queues spread over its nodes. */
export function queuePrefix(queue: string): string {
  return `tallylight:{${queue}}`;
}

export function pollQueueName(platform: Platform): `poll-${Platform}` {
  return `poll-${platform}`;
}

/** Sorted set: identifier → when it is due next (ms). Exactly the keys that may be asked for. */
export const dueKey = (platform: Platform): string => `${queuePrefix(pollQueueName(platform))}:due`;

/** Sorted set: identifier of a key that is being looked at → when that look counts as lost (ms). */
export const inFlightKey = (platform: Platform): string => `${queuePrefix(pollQueueName(platform))}:in-flight`;

/** Failed looks in a row. */
export const failuresKey = (platform: Platform): string => `${queuePrefix(pollQueueName(platform))}:failures`;

/** By how much intervals are stretched so that budgets suffice; absent is 1. */
export const stretchKey = (platform: Platform): string => `${queuePrefix(pollQueueName(platform))}:stretch`;

/** What each budget of the platform will have used when it refills, as JSON. */
export const forecastKey = (platform: Platform): string => `${queuePrefix(pollQueueName(platform))}:forecasts`;

/** Set while the platform rests; its value says why. */
export const restKey = (platform: Platform): string => `${queuePrefix(pollQueueName(platform))}:rest`;

/** Since when (ms) nearly everything that was live has vanished from the platform's answers. */
export const sickKey = (platform: Platform): string => `${queuePrefix(pollQueueName(platform))}:sick`;

/** Prefix of the counters of the platform's budgets. */
export const budgetKey = (platform: Platform, budget: string): string =>
  `${queuePrefix(pollQueueName(platform))}:budget:${budget}`;

/** A value that all processes of a platform share, such as an app token. */
export const sharedKey = (platform: Platform, name: string): string =>
  `${queuePrefix(pollQueueName(platform))}:shared:${name}`;

/** Sorted set: broadcasts of a key that hints named → when (ms). */
export const hintedKey = (platform: Platform, identifier: string): string =>
  `${queuePrefix(pollQueueName(platform))}:hinted:${identifier}`;

/** Present while some process can receive pushes; its value says since when (ms), without a break. */
export const PUSH_INGRESS = 'tallylight:push-ingress';

/** Set while nobody asks the platform for subscriptions; its value says why. */
export const pushRestKey = (platform: Platform): string => `${queuePrefix(pollQueueName(platform))}:push-rest`;

/** Present for a while after a pushed message came. */
export const pushedMessageKey = (platform: Platform, messageId: string): string =>
  `${queuePrefix(pollQueueName(platform))}:pushed:${messageId}`;

/** Sorted set: broadcasts of which the recorder said that they are for members only → when it said so (ms). */
export const membersOnlyKey = (platform: Platform): string => `${queuePrefix(pollQueueName(platform))}:members-only`;

/** To whom something belongs that a hint named: an identifier, `-` for nobody, or empty while that is being asked. */
export const ownerKey = (name: string): string => `tallylight:{hints}:owner:${name}`;

/** Set once a broadcast's request to record was heard, so that no second one is sent. */
export const recordedKey = (platform: Platform, broadcastId: string): string =>
  `tallylight:{record}:heard:${platform}/${broadcastId}`;

/** Present as long as what is derived in this Redis was derived by us; gone when Redis was emptied or replaced. */
export const DERIVED_MARK = 'tallylight:derived';

/** The same for what is in one queue's slot: of a Redis Cluster a part may be emptied alone. */
export const derivedMark = (queue: string): string => `${queuePrefix(queue)}:derived`;
