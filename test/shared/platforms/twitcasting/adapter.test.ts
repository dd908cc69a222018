import { describe, expect, test } from 'vitest';
import type { Simulator } from '../../../../simulator/simulator.ts';
import { openSimulator } from '../../../simulator/opened.ts';
import { adapterFor, never, open, partsWith, target, useRedis } from '../opened.ts';

const redis = useRedis();

function opened(simulator: Simulator) {
  return { adapter: adapterFor(simulator, 'twitcasting', partsWith(redis())), world: simulator.world };
}

describe('a look at TwitCasting', () => {
  test('sees the true times of a broadcast that began and ended unseen, once', async () => {
    const simulator = await openSimulator();
    const { adapter, world } = opened(simulator);
    const { identifier } = world.addStreamer({ platform: 'twitcasting' });
    const startedAt = new Date(Math.floor(Date.now() / 1_000) * 1_000 - 600_000);
    const { id } = world.goLive('twitcasting', identifier, { startedAt });
    world.end('twitcasting', id, new Date(startedAt.getTime() + 300_000));
    const seen = (await adapter.observe([target(identifier)], never)).get(identifier);
    expect(seen).toMatchObject({
      broadcasts: [{ id, state: 'ended', startedAt, endedAt: new Date(startedAt.getTime() + 300_000) }],
      settled: [id],
    });
    const again = (await adapter.observe([target(identifier, { settled: [id] })], never)).get(identifier);
    expect(again).toMatchObject({ broadcasts: [] });
    expect(simulator.requests.count('twitcasting', 'movies')).toBe(1);
  });

  test('sees the end of one movie and the start of the next in one look', async () => {
    const simulator = await openSimulator();
    const { adapter, world } = opened(simulator);
    const { identifier } = world.addStreamer({ platform: 'twitcasting' });
    const first = world.goLive('twitcasting', identifier).id;
    world.end('twitcasting', first);
    const second = world.goLive('twitcasting', identifier).id;
    const seen = (await adapter.observe([target(identifier, { open: [open(first)] })], never)).get(identifier);
    const states = seen?.kind === 'seen' ? seen.broadcasts.map(({ id, state }) => [id, state]) : [];
    expect(Object.fromEntries(states)).toEqual({ [first]: 'ended', [second]: 'live' });
  });

  test('follows a screen id with a prefix', async () => {
    const simulator = await openSimulator();
    const { adapter, world } = opened(simulator);
    world.addStreamer({ platform: 'twitcasting', identifier: 'c:amam_frfr_' });
    const { id } = world.goLive('twitcasting', 'c:amam_frfr_');
    const seen = await adapter.observe([target('c:amam_frfr_')], never);
    expect(seen.get('c:amam_frfr_')).toMatchObject({ broadcasts: [{ id }] });
  });

  test("finds who is gone by TwitCasting's own 404 only, and only when nothing is open", async () => {
    const simulator = await openSimulator();
    const { adapter } = opened(simulator);
    expect((await adapter.observe([target('nobody')], never)).get('nobody')).toEqual({ kind: 'gone' });
    const withOpen = target('nobody', { open: [open('1')] });
    expect((await adapter.observe([withOpen], never)).get('nobody')).toEqual({ kind: 'seen', broadcasts: [] });
    simulator.faults.add({ platform: 'twitcasting', kind: 'html-not-found' });
    expect((await adapter.observe([target('nobody')], never)).get('nobody')).toMatchObject({ kind: 'unknown' });
  });

  test('rests until the reset when the limit is reached behind its back', async () => {
    const simulator = await openSimulator({ limits: { twitcasting: { perWindow: 1 } } });
    const { adapter, world } = opened(simulator);
    const { identifier } = world.addStreamer({ platform: 'twitcasting' });
    const asked = Date.now();
    await adapter.observe([target(identifier)], never);
    const error = await adapter.observe([target(identifier)], never).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ fault: 'rate-limited', restUntil: expect.any(Date) });
    const restUntil = (error as { restUntil: Date }).restUntil.getTime();
    expect(restUntil).toBeGreaterThan(asked + 57_000);
    expect(restUntil).toBeLessThan(Date.now() + 63_000);
  });

  test('never asks more than the limit, whatever the number of processes', async () => {
    const simulator = await openSimulator();
    const { identifier } = simulator.world.addStreamer({ platform: 'twitcasting' });
    const processes = [opened(simulator), opened(simulator), opened(simulator)];
    const looks = processes.flatMap(({ adapter }) =>
      Array.from({ length: 30 }, () =>
        adapter.observe([target(identifier)], new AbortController().signal).then(
          () => 'ok',
          () => 'refused',
        ),
      ),
    );
    expect((await Promise.all(looks)).filter((result) => result === 'ok')).toHaveLength(60);
    expect(simulator.requests.counts()['twitcasting.users']?.byStatus).toEqual({ 200: 60 });
  });
});
