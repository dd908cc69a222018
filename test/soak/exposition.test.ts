import { expect, it } from 'vitest';
import { readExposition, sumOf } from '../../soak/sampling/exposition.ts';
import { bucketsOf, bucketsSince, quantileOf, together, total } from '../../soak/sampling/histogram.ts';
import { memoryOf } from '../../soak/sampling/processes.ts';
import { createMetrics } from '../../src/shared/runtime/metrics.ts';

const LATENESS = 'tallylight_poll_lateness_seconds';

it('reads a page of metrics as the product writes it', async () => {
  const metrics = createMetrics();
  metrics.publishWaitSeconds.inc({ by: 'rate' }, 1.5);
  metrics.publishWaitSeconds.inc({ by: 'redis' }, 2);
  metrics.oldestChange.set(12);
  const page = readExposition(await metrics.registry.metrics());
  expect(sumOf(page, 'tallylight_publish_wait_seconds_total')).toBe(3.5);
  expect(sumOf(page, 'tallylight_publish_wait_seconds_total', { by: 'redis' })).toBe(2);
  expect(sumOf(page, 'tallylight_oldest_change_seconds')).toBe(12);
  expect(sumOf(page, 'tallylight_none')).toBe(0);
});

it('finds the memory of a process on its page', async () => {
  const { resident, heap } = memoryOf(readExposition(await createMetrics().registry.metrics()));
  expect(resident).toBeGreaterThan(10 * 2 ** 20);
  expect(heap).toBeGreaterThan(2 ** 20);
  expect(resident).toBeGreaterThan(heap ?? 0);
});

it('reads labels with quotes and commas in them', () => {
  expect(readExposition('a{x="1,\\"2\\"",y="}"} 3\n# HELP b b\nb 4')).toEqual([
    { name: 'a', labels: { x: '1,\\"2\\"', y: '}' }, value: 3 },
    { name: 'b', labels: {}, value: 4 },
  ]);
});

it('knows between two pages what was observed, and how quantiles lie, all platforms together', async () => {
  const metrics = createMetrics();
  const page = async () => bucketsOf(readExposition(await metrics.registry.metrics()), LATENESS);
  for (let i = 0; i < 50; i += 1) metrics.lateness.observe({ platform: 'twitch' }, 0.007);
  const before = await page();
  for (let i = 0; i < 98; i += 1) metrics.lateness.observe({ platform: 'twitch' }, 0.07);
  for (let i = 0; i < 2; i += 1) metrics.lateness.observe({ platform: 'youtube' }, 1.5);
  const since = bucketsSince(before, await page());
  expect(total(since)).toBe(100);
  expect(quantileOf(since, 0.5)).toBeCloseTo(0.0755);
  expect(quantileOf(since, 0.99)).toBeCloseTo(1.5);
  expect(total(together([since, before]))).toBe(150);
});

it('takes all that a process counts that was started anew', () => {
  const [before, now] = [new Map([[1, 5]]), new Map([[1, 2]])];
  expect(bucketsSince(before, now)).toEqual(now);
});

it('has no quantile of nothing, and the highest bound for what lies beyond all', () => {
  expect(quantileOf(new Map([[1, 0]]), 0.5)).toBeNull();
  const beyond = new Map([
    [1, 0],
    [60, 0],
    [Number.POSITIVE_INFINITY, 3],
  ]);
  expect(quantileOf(beyond, 0.5)).toBe(60);
});
