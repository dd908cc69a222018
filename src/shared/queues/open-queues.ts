import { Queue } from 'bullmq';
import { queuePrefix } from './keys.ts';
import { QUEUE_NAMES } from './names.ts';
import type { RedisConnection } from '../redis/open-connection.ts';

/**
 * Opens every queue on one connection, to look at and to steer, not to work on.
 * Closing a queue leaves the connection open.
 */
export function openQueues(redis: RedisConnection): Queue[] {
  return QUEUE_NAMES.map((name) => {
    const queue = new Queue(name, { connection: redis, prefix: queuePrefix(name), skipMetasUpdate: true });
    // The connection tells of its own losses, once; a queue would repeat each of them.
    queue.on('error', () => undefined);
    return queue;
  });
}
