import { describe, expect, test } from 'vitest';
import type { Simulator } from '../../../../simulator/simulator.ts';
import type { StreamName } from '../../../../src/shared/domain/follow.ts';
import { openSimulator } from '../../../simulator/opened.ts';
import { adapterFor, never, open, partsWith, target, useRedis } from '../opened.ts';

const redis = useRedis();
const HOUR = 60 * 60_000;

function opened(simulator: Simulator) {
  return { adapter: adapterFor(simulator, 'twitter', partsWith(redis())), world: simulator.world };
}

describe('a look at X', () => {
  test('asks for a hundred creators at once', async () => {
    const simulator = await openSimulator();
    const { adapter, world } = opened(simulator);
    const ids = Array.from({ length: 100 }, () => world.addStreamer({ platform: 'twitter' }).identifier);
    for (const id of ids) world.goLive('twitter', id);
    const seen = await adapter.observe(
      ids.map((id) => target(id)),
      never,
    );
    expect([...seen.values()].filter((one) => one.kind === 'seen' && one.broadcasts.length === 1)).toHaveLength(100);
    expect(simulator.requests.count('twitter')).toBe(1);
  });

  test('falls back to the expansion where the field is refused, and remembers it', async () => {
    const simulator = await openSimulator({
      quirks: { twitterRejectsCreatorId: true },
      limits: { twitter: { perSecond: 9 } },
    });
    const { adapter, world } = opened(simulator);
    const { identifier } = world.addStreamer({ platform: 'twitter' });
    const { id } = world.goLive('twitter', identifier);
    for (const requests of [2, 3]) {
      const seen = await adapter.observe([target(identifier)], never);
      expect(seen.get(identifier)).toMatchObject({ broadcasts: [{ id, state: 'live' }] });
      expect(simulator.requests.count('twitter')).toBe(requests);
    }
  });

  test('sees a scheduled Space, its new date, and that it was called off', async () => {
    const simulator = await openSimulator({ limits: { twitter: { perSecond: 9 } } });
    const { adapter, world } = opened(simulator);
    const { identifier } = world.addStreamer({ platform: 'twitter' });
    const at = new Date(Math.floor(Date.now() / 1_000) * 1_000 + HOUR);
    const { id } = world.schedule('twitter', identifier, { at });
    const look = async (misses = 0) => {
      const one = target(identifier, { open: [open(id, { state: 'scheduled', misses, scheduledStart: at })] });
      return (await adapter.observe([one], never)).get(identifier);
    };
    expect(await look()).toMatchObject({ broadcasts: [{ id, state: 'scheduled', scheduledStart: at }] });
    const later = new Date(at.getTime() + HOUR);
    world.reschedule('twitter', id, later);
    expect(await look()).toMatchObject({ broadcasts: [{ scheduledStart: later }] });
    world.cancel('twitter', id);
    expect(await look()).toEqual({ kind: 'seen', broadcasts: [] });
    expect(await look(1)).toMatchObject({ broadcasts: [{ id, state: 'cancelled' }] });
  });

  test.each([
    ['ended', { state: 'ended', endedAt: expect.any(Date) }],
    ['not-found', { state: 'ended', endedAt: null }],
  ] as const)('confirms an end that X calls %s', async (twitterEndedSpaces, ended) => {
    const simulator = await openSimulator({ quirks: { twitterEndedSpaces } });
    const { adapter, world } = opened(simulator);
    const { identifier } = world.addStreamer({ platform: 'twitter' });
    const { id } = world.goLive('twitter', identifier);
    world.end('twitter', id);
    const one = target(identifier, { open: [open(id, { misses: 1 })] });
    expect((await adapter.observe([one], never)).get(identifier)).toMatchObject({ broadcasts: [{ id, ...ended }] });
  });

  test('keeps what it learned when the end cannot be confirmed', async () => {
    const simulator = await openSimulator();
    const { adapter, world } = opened(simulator);
    const { identifier } = world.addStreamer({ platform: 'twitter' });
    simulator.faults.add({ platform: 'twitter', endpoint: 'spaces', kind: 'server-error' });
    const one = target(identifier, { open: [open('1A', { misses: 1 })] });
    const seen = (await adapter.observe([one], never)).get(identifier);
    expect(seen).toEqual({ kind: 'seen', broadcasts: [], unasked: ['1A'] });
  });

  test('gives each request by creators a second of its own, over all processes', async () => {
    const simulator = await openSimulator();
    const budgets = [opened(simulator), opened(simulator)].flatMap(({ adapter }) =>
      adapter.budgets.filter(({ name }) => name === 'spaces-by-creator'),
    );
    expect(budgets).toHaveLength(2);
    const asked = Array.from({ length: 5 }, () => budgets).flat();
    const granted = await Promise.all(asked.map((budget) => budget.trySpend(AbortSignal.abort())));
    expect(granted.filter(Boolean)).toHaveLength(5);
  });

  test.each([
    ['rate-limited', 'rate-limited', 15 * 60_000],
    ['quota', 'budget-spent', 6 * HOUR],
    ['credits', 'budget-spent', 6 * HOUR],
  ] as const)('tells %s from the others by its body', async (kind, fault, atMost) => {
    const simulator = await openSimulator();
    simulator.faults.add({ platform: 'twitter', kind });
    const error = await opened(simulator)
      .adapter.observe([target('1')], never)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ fault, restUntil: expect.any(Date) });
    const rest = (error as { restUntil: Date }).restUntil.getTime() - Date.now();
    expect(rest).toBeGreaterThan(0);
    expect(rest).toBeLessThanOrEqual(atMost + 1_000);
    if (fault === 'budget-spent') expect(rest).toBeGreaterThan(5 * HOUR);
  });
});

describe('names of X', () => {
  const screenName = (name: string): StreamName => ({ platform: 'twitter', kind: 'screen_name', name });

  test('are resolved together, and missing when X does not find them', async () => {
    const simulator = await openSimulator();
    const { adapter, world } = opened(simulator);
    const { identifier } = world.addStreamer({ platform: 'twitter', login: 'SomeBody', name: 'Some Body' });
    const resolved = await adapter.resolve(['somebody', 'nobody', 'no body'].map(screenName), never);
    expect(Object.fromEntries(resolved)).toEqual({
      'twitter/screen_name:somebody': { kind: 'found', identifier, login: 'SomeBody', title: 'Some Body' },
      'twitter/screen_name:nobody': { kind: 'missing' },
      'twitter/screen_name:no body': { kind: 'missing' },
    });
    expect(simulator.requests.count('twitter')).toBe(1);
  });
});
