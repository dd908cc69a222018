import type { Cluster, Redis } from 'ioredis';
import { isElsewhere, type OpenOptions, openClusterNodeAt, openConnectionAt } from '../shared/redis/open-connection.ts';

/**
 * Where Redis is: its address, or a connection whose options are copied. The connection itself is never used; of a Redis Cluster it only
 * tells where the nodes are, and therefore has to be connected.
 */
export type RedisAccess = { readonly redis: Redis | Cluster } | { readonly redisUrl: string };

/** Hears of everything that went wrong and is being tried again, or that was passed over. */
export type OnProblem = (problem: Error) => void;

const COMMAND_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Opens a connection of our own. It comes back by itself after every loss; commands fail soon when it is away,
 * and when the server hangs.
 * @param key to whose server it leads in a Redis Cluster, wherever that is; all its commands have keys that are there
 */
export function connect(access: RedisAccess, key: string, onProblem: OnProblem): Redis {
  const options = {
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    socketTimeout: COMMAND_TIMEOUT_MS, // one that does not answer may never do so again: the next command gets another one
    retryStrategy: (attempt: number) => Math.min(50 * 2 ** Math.min(attempt, 6), 2_000),
    autoResubscribe: false,
    lazyConnect: false,
    enableOfflineQueue: true,
    keyPrefix: '', // the keys are the contract
    reconnectOnError: isElsewhere,
  };
  const redis = open(access, key, options);
  let away = false;
  redis.on('error', (cause) => {
    if (!away) onProblem(new Error('the connection to Redis is lost, and tried again', { cause }));
    away = true;
  });
  redis.on('ready', () => {
    away = false;
  });
  return redis;
}

function open(access: RedisAccess, key: string, options: OpenOptions): Redis {
  if ('redisUrl' in access) return openConnectionAt(access.redisUrl, key, options);
  // Not by its class: the bot may have an ioredis of its own.
  return 'nodes' in access.redis ? openClusterNodeAt(access.redis, key, options) : access.redis.duplicate(options);
}

/** Returns once the first attempt to connect has ended, well or not. */
export function firstContact(redis: Redis): Promise<void> {
  if (redis.status === 'ready') return Promise.resolve();
  return new Promise((resolve) => {
    redis.once('ready', resolve);
    redis.once('close', resolve);
  });
}
