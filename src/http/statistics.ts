import { Hono } from 'hono';
import type { ReadStanding } from '../shared/queues/standing.ts';
import { toStatistics } from '../shared/queues/to-statistics.ts';

/** `/statistics`: how everything stands, for other services. */
export function createStatistics(readStanding: ReadStanding): Hono {
  const app = new Hono();
  app.get('/statistics', async (c) => {
    const statistics = toStatistics(await readStanding());
    return c.json(statistics, 200, { 'Cache-Control': 'no-store' });
  });
  return app;
}
