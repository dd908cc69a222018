import type { Redis } from 'ioredis';
import { readRedisAddress } from '../redis/redis-address.ts';
import type { Logger } from '../runtime/logger.ts';
import { openWaiting } from '../runtime/redis.ts';
import { queuePrefix } from './keys.ts';

/** On what workers wait for jobs: in a Redis Cluster a connection for each queue, to the node that holds it; elsewhere one for all. */
export interface WorkerConnections {
  of(queue: string): Redis;
  close(): void;
}

export function createWorkerConnections(url: string, logger: Logger): WorkerConnections {
  const isCluster = readRedisAddress(url).kind === 'cluster';
  const opened = new Map<string, Redis>();
  return {
    of(queue) {
      const prefix = isCluster ? queuePrefix(queue) : '';
      const connection = opened.get(prefix) ?? openWaiting(url, prefix, logger);
      opened.set(prefix, connection);
      return connection;
    },
    close() {
      for (const connection of opened.values()) connection.disconnect();
    },
  };
}
