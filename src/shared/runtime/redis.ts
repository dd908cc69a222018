import type { Redis } from 'ioredis';
import { type OpenOptions, openConnection, openConnectionAt, type RedisConnection } from '../redis/open-connection.ts';
import type { Logger } from './logger.ts';

/** Opens the connection for commands: one fails after one retry, so that the caller decides. It connects by itself, now and after every loss. */
export function openRedis(url: string, logger: Logger): RedisConnection {
  return reported(openConnection(url, { ...AGAIN, maxRetriesPerRequest: 1 }), logger);
}

/**
 * A connection on which something was asked and nothing came back for so long (ms) is given up: its other end may be gone
 * without a word. Longer than BullMQ lets Redis wait for a job, which is 10 s at most.
 */
export const SILENCE_MS = 15_000;

/**
 * Opens the connection of a worker or a subscriber: to the server that holds the key, and waiting for ever when it is away. It
 * connects by itself, now and after every loss, to whichever server holds the key then.
 */
export function openWaiting(url: string, key: string, logger: Logger): Redis {
  return reported(openConnectionAt(url, key, { ...AGAIN, maxRetriesPerRequest: null }), logger);
}

const AGAIN: OpenOptions = {
  socketTimeout: SILENCE_MS,
  retryStrategy: (attempt) => Math.min(100 * 2 ** Math.min(attempt, 5), 2_000),
};

/** Errors are logged once for each outage. */
function reported<R extends RedisConnection>(redis: R, logger: Logger): R {
  let away = false;
  redis.on('error', (error: unknown) => {
    if (!away) logger.warn({ err: error }, 'redis connection lost');
    away = true;
  });
  redis.on('ready', () => {
    if (away) logger.info('redis connection restored');
    away = false;
  });
  return redis;
}
