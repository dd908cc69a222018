import { PLATFORMS } from '../shared/domain/platform.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { Metrics } from '../shared/runtime/metrics.ts';
import type { ReadStanding, Standing } from '../shared/queues/standing.ts';

export interface ClusterGaugeParts {
  readonly metrics: Metrics;
  readonly readStanding: ReadStanding;
  readonly logger: Logger;
}

/**
 * Sets the gauges of the whole cluster from how everything stands. When that cannot be read they are left out, so that
 * an old number never passes for a new one; the counters of this process are shown all the same.
 */
export function createClusterGauges({ metrics, readStanding, logger }: ClusterGaugeParts) {
  return async function refresh(): Promise<void> {
    try {
      const standing = await readStanding();
      clear(metrics);
      fill(metrics, standing);
    } catch (error) {
      clear(metrics);
      logger.warn({ err: error }, 'cluster gauges left out');
    }
  };
}

function clear(metrics: Metrics): void {
  const { keys, follows, live, pinnedKeys, quarantinedKeys, overdueKeys, oldestChange } = metrics;
  const { pushed, pushFailed, pushWaiting, pushMissed } = metrics;
  const { noticeRows, noticeRefused, noticeDoubts } = metrics;
  const { unheard, queueDepth, resting, budgetUsed, budgetLeft } = metrics;
  for (const gauge of [keys, follows, live, pinnedKeys, quarantinedKeys, overdueKeys]) gauge.reset();
  for (const gauge of [pushed, pushFailed, pushWaiting, pushMissed]) gauge.reset();
  for (const gauge of [unheard, queueDepth, resting, budgetUsed, budgetLeft]) gauge.reset();
  for (const gauge of [noticeRows, noticeRefused, noticeDoubts]) gauge.reset();
  // Without labels, a reset would show 0.
  oldestChange.remove();
}

function fill(metrics: Metrics, standing: Standing): void {
  for (const platform of PLATFORMS) {
    const stands = standing.platforms[platform];
    metrics.keys.set({ platform }, stands.keys);
    metrics.follows.set({ platform }, stands.follows);
    metrics.live.set({ platform }, stands.live);
    metrics.pinnedKeys.set({ platform }, stands.pinned);
    metrics.pushed.set({ platform }, stands.pushed);
    metrics.pushFailed.set({ platform }, stands.pushSubscriptions.failed);
    metrics.pushWaiting.set({ platform }, stands.pushSubscriptions.wanted);
    metrics.pushMissed.set({ platform }, stands.lastDay.missedByPush);
    metrics.quarantinedKeys.set({ platform }, stands.quarantined);
    metrics.overdueKeys.set({ platform }, stands.overdue);
    metrics.unheard.set({ platform }, stands.recordRequests.unheard);
    metrics.resting.set({ platform }, stands.resting ? 1 : 0);
    for (const { name: budget, used, left } of stands.budgets) {
      metrics.budgetUsed.set({ platform, budget }, used);
      metrics.budgetLeft.set({ platform, budget }, left);
    }
  }
  const { at, oldestChangeAt } = standing;
  metrics.oldestChange.set(oldestChangeAt === null ? 0 : Math.max(0, at.getTime() - oldestChangeAt.getTime()) / 1_000);
  for (const { table, rows, refused, doubt } of standing.notices) {
    metrics.noticeRows.set({ table }, rows);
    metrics.noticeRefused.set({ table }, refused);
    metrics.noticeDoubts.set({ table }, doubt === null ? 0 : 1);
  }
  for (const { queue, ...counts } of standing.queues) {
    for (const [state, count] of Object.entries(counts)) metrics.queueDepth.set({ queue, state }, count);
  }
}
