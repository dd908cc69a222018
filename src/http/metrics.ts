import { Hono } from 'hono';
import type { Metrics } from '../shared/runtime/metrics.ts';

export interface MetricsPageParts {
  readonly metrics: Pick<Metrics, 'registry'>;
  /** Brings the gauges of the whole cluster up to date before they are read. */
  readonly refresh: () => Promise<void>;
}

/** `/metrics`, in the text format of Prometheus. */
export function createMetricsPage({ metrics: { registry }, refresh }: MetricsPageParts): Hono {
  const app = new Hono();
  app.get('/metrics', async (c) => {
    await refresh();
    return c.body(await registry.metrics(), 200, { 'Content-Type': registry.contentType });
  });
  return app;
}
