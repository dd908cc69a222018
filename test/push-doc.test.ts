import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { PLATFORMS } from '../src/shared/domain/platform.ts';
import { createMetrics } from '../src/shared/runtime/metrics.ts';

const page = readFileSync(path.resolve(import.meta.dirname, '..', 'docs', 'push.md'), 'utf8');

it('the page about pushes names every metric of them, and none that does not exist', async () => {
  const names = (await createMetrics().registry.getMetricsAsJSON()).map(({ name }) => name);
  const named = [...page.matchAll(/`(tallylight_\w+)`/g)].map((match) => match[1] ?? '');
  expect(named.filter((name) => !names.includes(name))).toEqual([]);
  expect(names.filter((name) => name.startsWith('tallylight_push') && !named.includes(name))).toEqual([]);
});

it('the page about pushes names every address', () => {
  for (const platform of PLATFORMS) expect(page).toContain(`/webhooks/${platform}`);
});
