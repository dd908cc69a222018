import { PLATFORMS } from '../domain/platform.ts';
import { pollQueueName } from './keys.ts';

/** Changes on their way out: the batching queue. */
export const CHANGE_QUEUE = 'change';

/** Jobs named reconcile, resolve and cleanup. */
export const UPKEEP_QUEUE = 'upkeep';

/** Every queue there is, in the order in which people want to see them. */
export const QUEUE_NAMES: readonly string[] = [...PLATFORMS.map(pollQueueName), CHANGE_QUEUE, UPKEEP_QUEUE];
