import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createMetrics } from '../../src/shared/runtime/metrics.ts';

const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
const metrics = await createMetrics().registry.getMetricsAsJSON();
const named = [...page.matchAll(/`(tallylight_\w+)(?:\{([^}]*)\})?`/g)];

it('docs/operations.md names metrics that exist, with labels that they have', async () => {
  expect(named.length).toBeGreaterThan(10);
  for (const [, name = '', labels = ''] of named) {
    const metric = createMetrics().registry.getSingleMetric(name) as { labelNames?: string[] } | undefined;
    expect(metric, name).toBeDefined();
    for (const [, label] of labels.matchAll(/(\w+)=/g)) expect(metric?.labelNames, name).toContain(label);
  }
});

it('docs/operations.md names every metric that says how events leave', () => {
  const how = metrics.map(({ name }) => name).filter((name) => /publish|event|subscriber|suppressed|merged/.test(name));
  expect(how.length).toBeGreaterThan(8);
  expect(how.filter((name) => !page.includes(`\`${name}`))).toEqual([]);
});
