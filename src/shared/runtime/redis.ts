import { Redis } from 'ioredis';
import type { Logger } from './logger.ts';

/**
 * How a connection behaves when Redis is away.
 * `command`: fails after one retry, so that the caller decides. `blocking`: waits for ever, as workers and subscribers want.
 */
export type RedisUse = 'command' | 'blocking';

/**
 * A connection on which something was asked and nothing came back for so long (ms) is given up: its other end may be gone
 * without a word. Longer than BullMQ lets Redis wait for a job, which is 10 s at most.
 */
export const SILENCE_MS = 15_000;

/** Opens a connection. It connects by itself, now and after every loss; errors are logged once for each outage. */
export function openRedis(url: string, use: RedisUse, logger: Logger): Redis {
  const redis = new Redis(url, {
    socketTimeout: SILENCE_MS,
    maxRetriesPerRequest: use === 'blocking' ? null : 1,
    retryStrategy: (attempt) => Math.min(100 * 2 ** Math.min(attempt, 5), 2_000),
  });
  let away = false;
  redis.on('error', (error) => {
    if (!away) logger.warn({ err: error }, 'redis connection lost');
    away = true;
  });
  redis.on('ready', () => {
    if (away) logger.info('redis connection restored');
    away = false;
  });
  return redis;
}
