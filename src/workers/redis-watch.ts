import type { Redis } from 'ioredis';
import { DERIVED_MARK } from '../shared/queues/keys.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { Service } from '../shared/runtime/service.ts';
import type { Reconcile } from './reconcile.ts';

export interface RedisWatchParts {
  readonly redis: Redis;
  readonly reconcile: Reconcile;
  /** What is done at its start, which may take longer. */
  readonly reconcileAtStart: Reconcile;
  readonly everyMs: number;
  readonly logger: Logger;
}

/**
 * Sees when Redis was emptied or replaced, and then derives everything again. It cannot wait for the periodic
 * reconcile, because that one is a job in the Redis that was emptied. A fresh Redis at the first start is the same case.
 */
export function createRedisWatch({ redis, reconcile, reconcileAtStart, everyMs, logger }: RedisWatchParts): Service {
  let timer: NodeJS.Timeout | undefined;
  let checking: Promise<void> = Promise.resolve();
  let stopped = true;

  async function check(): Promise<void> {
    try {
      if ((await redis.exists(DERIVED_MARK)) === 1) return;
      logger.warn('redis holds nothing derived, deriving everything from the tables');
      await reconcile({ dryRun: false });
    } catch (error) {
      logger.warn({ err: error }, 'redis could not be checked, trying again');
    }
  }

  function plan(): void {
    if (stopped) return;
    timer = setTimeout(() => {
      checking = check().finally(plan);
    }, everyMs);
  }

  return {
    name: 'redis-watch',
    async start() {
      if (!stopped) return;
      stopped = false;
      // At start everything is reconciled, whether Redis was emptied or not: a crash may have left half a step.
      checking = reconcileAtStart({ dryRun: false })
        .then(() => undefined)
        .catch((error: unknown) => logger.warn({ err: error }, 'reconcile at start failed, trying again'))
        .finally(plan);
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await checking;
    },
  };
}
