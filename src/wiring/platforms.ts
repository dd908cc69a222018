import type { Context } from '../context.ts';
import { createReadBudgets } from '../shared/platforms/budget-readings.ts';
import { createAdapters } from '../shared/platforms/registry.ts';

/** The platforms that have credentials, and what they have spent. */
export function wirePlatforms({ config, redis, metrics, logger, clock }: Context) {
  const { adapters } = createAdapters(config, { redis, metrics, logger, clock });
  return { adapters, readBudgets: createReadBudgets(adapters.values()) };
}

export type Platforms = ReturnType<typeof wirePlatforms>;
