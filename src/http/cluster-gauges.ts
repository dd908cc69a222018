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

function clear({ keys, follows, live, queueDepth, resting, budgetUsed, budgetLeft }: Metrics): void {
  for (const gauge of [keys, follows, live, queueDepth, resting, budgetUsed, budgetLeft]) gauge.reset();
}

function fill(metrics: Metrics, standing: Standing): void {
  for (const platform of PLATFORMS) {
    const stands = standing.platforms[platform];
    metrics.keys.set({ platform }, stands.keys);
    metrics.follows.set({ platform }, stands.follows);
    metrics.live.set({ platform }, stands.live);
    metrics.resting.set({ platform }, stands.resting ? 1 : 0);
    for (const { name: budget, used, left } of stands.budgets) {
      metrics.budgetUsed.set({ platform, budget }, used);
      metrics.budgetLeft.set({ platform, budget }, left);
    }
  }
  for (const { queue, ...counts } of standing.queues) {
    for (const [state, count] of Object.entries(counts)) metrics.queueDepth.set({ queue, state }, count);
  }
}
