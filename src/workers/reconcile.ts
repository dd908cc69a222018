import { PLATFORMS, type Platform } from '../shared/domain/platform.ts';
import { markDerived } from '../shared/queues/derived-marks.ts';
import type { RedisConnection } from '../shared/redis/open-connection.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { Metrics } from '../shared/runtime/metrics.ts';

/** One thing that did not agree with the tables. */
export interface Repair {
  readonly what: string;
  /** The stream key, change or job concerned. */
  readonly key: string;
}

export interface RepairOptions {
  /** Only tell what would be repaired. */
  readonly dryRun: boolean;
  readonly now: Date;
}

export interface ReconcileParts {
  readonly redis: RedisConnection;
  readonly reconcileSchedules: (platform: Platform, options: RepairOptions) => Promise<Repair[]>;
  /** Changes that wait in the outbox without a job in the batching queue. */
  readonly reconcileChanges: (options: RepairOptions) => Promise<Repair[]>;
  /** The snapshot of what is live. */
  readonly reconcileLive: (options: RepairOptions) => Promise<Repair[]>;
  /** What platforms were asked to push. */
  readonly reconcilePush: (options: RepairOptions) => Promise<Repair[]>;
  /** The schedules that every cluster has. */
  readonly reconcileUpkeep: (options: RepairOptions) => Promise<Repair[]>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'repairs'>;
}

/** Makes everything derived agree with the tables. Safe at any moment, in any number of processes. */
export function createReconcile(parts: ReconcileParts) {
  const { redis, clock, logger, metrics } = parts;
  return async function reconcile({ dryRun }: { dryRun: boolean }): Promise<Repair[]> {
    const startedAt = clock.now();
    const options = { dryRun, now: startedAt };
    const repairs = await parts.reconcileUpkeep(options);
    for (const platform of PLATFORMS) repairs.push(...(await parts.reconcileSchedules(platform, options)));
    repairs.push(...(await parts.reconcileChanges(options)), ...(await parts.reconcileLive(options)));
    if (!dryRun) await markDerived(redis, startedAt);
    // Last: it waits for the platforms, and nothing else has to.
    repairs.push(...(await parts.reconcilePush(options)));
    if (dryRun) return repairs;
    for (const { what } of repairs) metrics.repairs.inc({ what });
    const tookMs = clock.now().getTime() - startedAt.getTime();
    if (repairs.length > 0) logger.info({ repairs: repairs.length, tookMs }, 'reconciled');
    return repairs;
  };
}

export type Reconcile = ReturnType<typeof createReconcile>;
