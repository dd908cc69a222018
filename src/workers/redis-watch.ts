import { type Derived, readDerived } from '../shared/queues/derived-marks.ts';
import type { RedisConnection } from '../shared/redis/open-connection.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { Service } from '../shared/runtime/service.ts';
import type { Reconcile } from './reconcile.ts';

export interface RedisWatchParts {
  readonly redis: RedisConnection;
  readonly reconcile: Reconcile;
  /** What is done at its start, which may take longer. */
  readonly reconcileAtStart: Reconcile;
  readonly everyMs: number;
  /** How long after a loss everything is derived once more: a change that was just recorded is passed over at first. */
  readonly againAfterMs: number;
  readonly logger: Logger;
}

/**
 * Sees when Redis was emptied or replaced, when it was started again and when another server took over, and then derives everything
 * again. It cannot wait for the periodic reconcile, because that one is a job in the Redis that was emptied. A fresh Redis at
 * the first start is the same case.
 */
export function createRedisWatch(parts: RedisWatchParts): Service {
  const { redis, reconcile, reconcileAtStart, everyMs, againAfterMs, logger } = parts;
  let timer: NodeJS.Timeout | undefined;
  let checking: Promise<void> = Promise.resolve();
  let stopped = true;
  let known: Derived['servers'] | undefined;
  let againAt = Number.POSITIVE_INFINITY;

  async function check(): Promise<void> {
    try {
      const { isWhole, servers } = await readDerived(redis);
      const isOther = known !== undefined && known !== servers;
      const isAgain = performance.now() >= againAt;
      if (!isWhole)
        logger.warn('redis holds nothing derived, or lacks a part of it; deriving everything from the tables');
      else if (isOther)
        logger.warn('another redis server took over, or it was started again; comparing with the tables');
      if (!isWhole || isOther || isAgain) await reconcile({ dryRun: false });
      if (!isWhole || isOther) againAt = performance.now() + againAfterMs;
      else if (isAgain) againAt = Number.POSITIVE_INFINITY;
      known = servers;
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

  /** Everything is reconciled, whether Redis was emptied or not: a crash may have left half a step. */
  async function begin(): Promise<void> {
    try {
      known = (await readDerived(redis)).servers;
      await reconcileAtStart({ dryRun: false });
    } catch (error) {
      logger.warn({ err: error }, 'reconcile at start failed, trying again');
      againAt = 0;
    }
  }

  return {
    name: 'redis-watch',
    async start() {
      if (!stopped) return;
      stopped = false;
      checking = begin().finally(plan);
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await checking;
    },
  };
}
