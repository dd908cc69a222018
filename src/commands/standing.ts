import type { Context } from '../context.ts';
import { createReadBudgets } from '../shared/platforms/budget-readings.ts';
import { createAdapters } from '../shared/platforms/registry.ts';
import { openQueues } from '../shared/queues/open-queues.ts';
import { createReadStanding, type ReadStanding } from '../shared/queues/standing.ts';

/** Hands out how everything stands, and closes the queues it needed for that. */
export async function withStanding<T>(context: Context, work: (read: ReadStanding) => Promise<T>): Promise<T> {
  const { database, redis, clock, config } = context;
  const queues = openQueues(redis);
  const readBudgets = createReadBudgets(createAdapters(config, context).adapters.values());
  const { pollIntervalMs } = config;
  try {
    return await work(createReadStanding({ database, redis, queues, pollIntervalMs, readBudgets, clock }));
  } finally {
    await Promise.all(queues.map((queue) => queue.close()));
  }
}
