import { describe, expect, test } from 'vitest';
import type { FaultKind } from '../../../simulator/faults.ts';
import { type Simulator, startSimulator } from '../../../simulator/simulator.ts';
import { PLATFORMS, type Platform } from '../../../src/shared/domain/platform.ts';
import type { BudgetedAdapter } from '../../../src/shared/platforms/parts.ts';
import { PlatformError } from '../../../src/shared/platforms/errors.ts';
import { openSimulator } from '../../simulator/opened.ts';
import { adapterFor, never, open, partsWith, target, useRedis } from './opened.ts';

const redis = useRedis();

/** A simulator with one streamer, an adapter for it, and everything that the adapter said. */
async function opened(
  platform: Platform,
  timeoutMs = 60_000,
): Promise<{
  simulator: Simulator;
  adapter: BudgetedAdapter;
  identifier: string;
  said: () => Promise<string>;
}> {
  const simulator = await openSimulator();
  const parts = partsWith(redis(), { timeoutMs });
  const { identifier } = simulator.world.addStreamer({ platform });
  const said = async () => parts.log.join('') + (await parts.metrics.registry.metrics());
  return { simulator, adapter: adapterFor(simulator, platform, parts), identifier, said };
}

/** Faults that hit every request of a platform. */
const FAULTS: readonly FaultKind[] = [
  'unauthorized',
  'forbidden',
  'not-found',
  'html-not-found',
  'rate-limited',
  'bare-rate-limited',
  'quota',
  'bad-request',
  'server-error',
  'unavailable',
  'timeout',
  'slow',
  'garbage',
  'truncated',
  'half',
  'huge',
  'no-body',
  'down',
];

/** TwitCasting's own "not found" does say something: see its own test. */
const faultsOf = (platform: Platform) => FAULTS.filter((kind) => platform !== 'twitcasting' || kind !== 'not-found');

describe.each(PLATFORMS)('the adapter of %s', (platform) => {
  test('sees a live broadcast with its true start, by the platform', async () => {
    const { simulator, adapter, identifier } = await opened(platform);
    const startedAt = new Date(Date.now() - 600_000);
    const { id, title } = simulator.world.goLive(platform, identifier, { startedAt });
    const seen = (await adapter.observe([target(identifier)], never)).get(identifier);
    expect(seen).toMatchObject({ kind: 'seen', broadcasts: [{ id, title, state: 'live', endedAt: null }] });
    const [broadcast] = seen?.kind === 'seen' ? seen.broadcasts : [];
    expect(Math.abs((broadcast?.startedAt?.getTime() ?? 0) - startedAt.getTime())).toBeLessThanOrEqual(1_000);
    expect(broadcast?.details.url).toMatch(/^https:\/\//);
  });

  test('sees that nobody is live', async () => {
    const { adapter, identifier } = await opened(platform);
    const seen = (await adapter.observe([target(identifier)], never)).get(identifier);
    expect(seen).toMatchObject({ kind: 'seen', broadcasts: [] });
  });

  test('sees that an open broadcast is over, by its true end or as not found', async () => {
    const { simulator, adapter, identifier } = await opened(platform);
    const { id } = simulator.world.goLive(platform, identifier, { startedAt: new Date(Date.now() - 600_000) });
    simulator.world.end(platform, id);
    const one = target(identifier, { open: [open(id, { misses: 1 })] });
    const seen = (await adapter.observe([one], never)).get(identifier);
    expect(seen).toMatchObject({ kind: 'seen' });
    const found = seen?.kind === 'seen' ? seen.broadcasts : [];
    expect(found.filter((broadcast) => broadcast.state === 'live')).toEqual([]);
    expect(seen).not.toHaveProperty('unasked');
    if (platform !== 'twitch') expect(found).toMatchObject([{ id, state: 'ended', endedAt: expect.any(Date) }]);
  });

  test('tells the keys of one look apart', async () => {
    const { simulator, adapter, identifier } = await opened(platform);
    const other = simulator.world.addStreamer({ platform }).identifier;
    const { id } = simulator.world.goLive(platform, other);
    const seen = await adapter.observe([target(identifier), target(other)].slice(-adapter.batchSize), never);
    if (adapter.batchSize > 1) expect(seen.get(identifier)).toMatchObject({ broadcasts: [] });
    expect(seen.get(other)).toMatchObject({ broadcasts: [{ id }] });
  });

  test.each(faultsOf(platform))('learns nothing that could change a state from %s', async (kind) => {
    const { simulator, adapter, identifier, said } = await opened(platform, 500);
    const { id } = simulator.world.goLive(platform, identifier);
    simulator.faults.add({ kind, platform, delayMs: 60_000 });
    const one = target(identifier, { open: [open(id, { misses: 5 })] });
    const answer = await adapter.observe([one], never).catch((error: unknown) => error);
    if (answer instanceof Map) expect(answer.get(identifier)).toMatchObject({ kind: 'unknown' });
    else expect(answer).toBeInstanceOf(PlatformError);
    const words = answer instanceof Error ? `${answer.stack}${JSON.stringify(answer)}` : '';
    for (const [name, secret] of Object.entries(simulator.env())) {
      if (/KEY|SECRET|TOKEN/.test(name)) expect(words + (await said())).not.toContain(secret);
    }
  });

  test('works again after a fault', async () => {
    const { simulator, adapter, identifier } = await opened(platform);
    simulator.faults.add({ kind: 'server-error', platform });
    await adapter.observe([target(identifier)], never).catch(() => undefined);
    simulator.faults.clear();
    const { id } = simulator.world.goLive(platform, identifier);
    const seen = await adapter.observe([target(identifier)], never);
    expect(seen.get(identifier)).toMatchObject({ broadcasts: [{ id, state: 'live' }] });
  });

  test('learns nothing from a platform that is not there', async () => {
    const simulator = await startSimulator();
    const adapter = adapterFor(simulator, platform, partsWith(redis()));
    const { identifier } = simulator.world.addStreamer({ platform });
    await simulator.stop();
    const one = target(identifier, { open: [open('aaaaaaaaaaa')] });
    await expect(adapter.observe([one], never)).rejects.toMatchObject({ name: 'PlatformError', fault: 'unavailable' });
  });

  test('asks nothing for keys that cannot be of this platform', async () => {
    if (platform === 'twitcasting') return;
    const { simulator, adapter } = await opened(platform);
    expect(await adapter.observe([target('not an id')], never)).toEqual(new Map());
    expect(simulator.requests.count(platform)).toBe(0);
  });

  test('shows what its budgets have left', async () => {
    const { adapter, identifier } = await opened(platform);
    await adapter.observe([target(identifier, { open: [open('aaaaaaaaaaa')] })], never);
    const [first] = adapter.budgets;
    expect(await first?.read()).toMatchObject({ used: expect.any(Number), left: expect.any(Number) });
    expect((await first?.read())?.used).toBeGreaterThan(0);
  });
});
