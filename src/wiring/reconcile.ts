import type { Context } from '../context.ts';
import { createReconcile } from '../workers/reconcile.ts';
import { createReconcileChanges } from '../workers/reconcile-changes.ts';
import { createReconcileLive } from '../workers/reconcile-live.ts';
import { createReconcileSchedules } from '../workers/reconcile-schedules.ts';
import { createReconcileUpkeep } from '../workers/reconcile-upkeep.ts';
import { createReschedule } from '../workers/reschedule.ts';
import { createUpkeepSchedules, openUpkeepQueue } from '../workers/upkeep.ts';
import type { Publishing } from './publishing.ts';
import type { Tracking } from './tracking.ts';
import type { Push } from './push.ts';
import { upkeepPeriods } from './upkeep-periods.ts';

/** Reconcile, with everything it compares and repairs. */
export function wireReconcile(
  context: Context,
  { tracking, publishing, push }: { tracking: Tracking; publishing: Publishing; push: Pick<Push, 'reconcilePush'> },
) {
  const { redis, clock, logger, metrics, config } = context;
  const queue = openUpkeepQueue(redis);
  const schedules = createUpkeepSchedules(queue);
  const { entrance, changes, platformFlush } = publishing;
  const reconcileSchedules = createReconcileSchedules({
    redis,
    queues: tracking.queues,
    tracking: tracking.tracking,
    align: tracking.align,
    pollIntervalMs: config.pollIntervalMs,
  });
  const reconcileUpkeep = createReconcileUpkeep(schedules, () => upkeepPeriods(config));
  const reconcile = createReconcile({
    ...{ redis, clock, logger, metrics, reconcileSchedules, reconcileUpkeep },
    reconcileChanges: createReconcileChanges({
      waiting: changes.waiting,
      unqueued: entrance.unqueued,
      requeue: entrance.requeue,
    }),
    reconcileLive: createReconcileLive(platformFlush.restore),
    reconcilePush: push.reconcilePush,
  });
  const reschedule = createReschedule({ reconcileSchedules, reconcileUpkeep, clock });
  return { reconcile, reschedule, runSoon: schedules.runSoon, close: () => queue.close() };
}

export type Reconciling = ReturnType<typeof wireReconcile>;
