import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { HINT_CHANNELS } from '../src/shared/contracts/hint-messages.ts';
import { RECORD_CHANNELS } from '../src/shared/contracts/recorder-channels.ts';
import { createMetrics } from '../src/shared/runtime/metrics.ts';

const page = readFileSync(new URL('../docs/neighbours.md', import.meta.url), 'utf8');
const named = (pattern: RegExp): string[] => [...page.matchAll(pattern)].map((match) => match[1] ?? '');

it('the page names every channel that is listened to or published on, and no other', () => {
  const channels = new Set(named(/`((?:youtube|twitch|twitcasting)[.:][\w.]+)`/g));
  const published = Object.values(RECORD_CHANNELS).filter((channel) => channel !== null);
  expect([...channels].sort()).toEqual([...HINT_CHANNELS, ...published, 'youtube.test'].sort());
});

it('the page names metrics that exist', async () => {
  const metrics = (await createMetrics().registry.getMetricsAsJSON()).map(({ name }) => name);
  const wanted = named(/`(tallylight_\w+)/g);
  expect(wanted.length).toBeGreaterThan(3);
  expect(wanted.filter((name) => !metrics.includes(name))).toEqual([]);
});
