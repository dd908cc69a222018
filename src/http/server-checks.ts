import { Cluster } from 'ioredis';
import { type RedisConnection, serversOf } from '../shared/redis/open-connection.ts';
import type { Database } from '../shared/runtime/database.ts';
import type { Check } from '../shared/runtime/health.ts';

/** Redis answers on the connection that this process uses; of a Redis Cluster every master that is known, and all its slots are held. */
export function redisCheck(redis: RedisConnection): Check {
  return {
    name: 'redis',
    async check() {
      // Asking a connection that is away would wait for its next attempt.
      if (redis.status !== 'ready') return { ok: false, reason: 'not connected' };
      await Promise.all(serversOf(redis).map((server) => server.ping()));
      if (redis instanceof Cluster && !/^cluster_state:ok/m.test(await redis.cluster('INFO'))) {
        return { ok: false, reason: 'a part of the Redis Cluster is down' };
      }
      return { ok: true };
    },
  };
}

/** Postgres answers, and a connection of the pool is to be had. */
export function databaseCheck(database: Database): Check {
  return {
    name: 'postgres',
    async check() {
      try {
        await database.$queryRaw`SELECT 1`;
        return { ok: true };
      } catch {
        // The driver's message carries the query and the address of the server; neither is for the outside.
        return { ok: false, reason: 'does not answer' };
      }
    },
  };
}
