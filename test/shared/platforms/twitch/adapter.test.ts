import { describe, expect, test } from 'vitest';
import type { Simulator } from '../../../../simulator/simulator.ts';
import type { StreamName } from '../../../../src/shared/domain/follow.ts';
import { createTwitchAdapter } from '../../../../src/shared/platforms/twitch/index.ts';
import { openSimulator, settingOf } from '../../../simulator/opened.ts';
import { adapterFor, never, open, partsWith, target, useRedis } from '../opened.ts';

const redis = useRedis();

const login = (name: string): StreamName => ({ platform: 'twitch', kind: 'login', name });

function process(simulator: Simulator) {
  return adapterFor(simulator, 'twitch', partsWith(redis()));
}

/** A process that asks for missing users in every `every`th look. */
function processAsking(simulator: Simulator, every: number) {
  return createTwitchAdapter({
    ...partsWith(redis()),
    missingEvery: every,
    settings: {
      clientId: settingOf(simulator, 'TWITCH_CLIENT_ID'),
      clientSecret: settingOf(simulator, 'TWITCH_CLIENT_SECRET'),
      apiUrl: settingOf(simulator, 'TWITCH_API_URL'),
      authUrl: settingOf(simulator, 'TWITCH_AUTH_URL'),
    },
  });
}

describe('a look at Twitch', () => {
  test('finds all of a hundred live streams with one request', async () => {
    const simulator = await openSimulator();
    const ids = Array.from({ length: 100 }, () => simulator.world.addStreamer({ platform: 'twitch' }).identifier);
    for (const id of ids) simulator.world.goLive('twitch', id);
    const seen = await process(simulator).observe(
      ids.map((id) => target(id)),
      never,
    );
    expect([...seen.values()].filter((one) => one.kind === 'seen' && one.broadcasts.length === 1)).toHaveLength(100);
    expect(simulator.requests.count('twitch', 'streams')).toBe(1);
  });

  test('shares one token among processes and renews it once when it is refused', async () => {
    const simulator = await openSimulator();
    const { identifier } = simulator.world.addStreamer({ platform: 'twitch' });
    const { id } = simulator.world.goLive('twitch', identifier);
    const processes = [process(simulator), process(simulator), process(simulator)];
    const lookAll = () => Promise.all(processes.map((one) => one.observe([target(identifier)], never)));
    await lookAll();
    expect(simulator.requests.count('twitch', 'token')).toBe(1);
    simulator.revokeTwitchTokens();
    for (const seen of await lookAll()) expect(seen.get(identifier)).toMatchObject({ broadcasts: [{ id }] });
    expect(simulator.requests.count('twitch', 'token')).toBe(2);
  });

  test('gives up when the new token is refused too', async () => {
    const simulator = await openSimulator();
    simulator.faults.add({ platform: 'twitch', endpoint: 'streams', kind: 'unauthorized' });
    await expect(process(simulator).observe([target('1')], never)).rejects.toMatchObject({ fault: 'unauthorized' });
    expect(simulator.requests.count('twitch', 'streams')).toBe(2);
    expect(simulator.requests.count('twitch', 'token')).toBe(2);
  });

  test('rests until the reset that a 429 names', async () => {
    const simulator = await openSimulator();
    simulator.faults.add({ platform: 'twitch', endpoint: 'streams', kind: 'rate-limited', retryAfterSeconds: 40 });
    const asked = Date.now();
    const error = await process(simulator)
      .observe([target('1')], never)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ fault: 'rate-limited', restUntil: expect.any(Date) });
    const restUntil = (error as { restUntil: Date }).restUntil.getTime();
    expect(restUntil).toBeGreaterThan(asked + 38_000);
    expect(restUntil).toBeLessThan(Date.now() + 42_000);
  });

  test('finds who is gone now and then, and from then on every process does', async () => {
    const simulator = await openSimulator();
    const here = simulator.world.addStreamer({ platform: 'twitch' }).identifier;
    const away = simulator.world.addStreamer({ platform: 'twitch' }).identifier;
    simulator.world.setExists('twitch', away, false);
    const one = processAsking(simulator, 2);
    const other = processAsking(simulator, 1_000);
    const kinds = async (adapter: typeof one) => {
      const seen = await adapter.observe([target(here), target(away)], never);
      return [seen.get(here)?.kind, seen.get(away)?.kind];
    };
    expect(await kinds(one)).toEqual(['seen', 'seen']);
    expect(await kinds(other)).toEqual(['seen', 'seen']);
    expect(await kinds(one)).toEqual(['seen', 'gone']);
    expect(await kinds(one)).toEqual(['seen', 'gone']);
    expect(await kinds(other)).toEqual(['seen', 'gone']);
    simulator.world.setExists('twitch', away, true);
    expect(await kinds(other)).toEqual(['seen', 'seen']);
    const asked = simulator.requests.count('twitch', 'users');
    expect(await kinds(other)).toEqual(['seen', 'seen']);
    expect(simulator.requests.count('twitch', 'users')).toBe(asked);
  });

  test('calls nobody gone whose broadcast is open, or when users cannot be asked for', async () => {
    const simulator = await openSimulator();
    const { identifier } = simulator.world.addStreamer({ platform: 'twitch' });
    simulator.world.setExists('twitch', identifier, false);
    const adapter = processAsking(simulator, 1);
    const kind = async (one = target(identifier)) => (await adapter.observe([one], never)).get(identifier)?.kind;
    expect(await kind(target(identifier, { open: [open('1')] }))).toBe('seen');
    simulator.faults.add({ platform: 'twitch', endpoint: 'users', kind: 'server-error', times: 1 });
    expect(await kind()).toBe('seen');
    expect(await kind()).toBe('gone');
  });
});

describe('names of Twitch', () => {
  test('are resolved a hundred at a time, whatever their case, and missing when Twitch has none', async () => {
    const simulator = await openSimulator();
    const users = Array.from({ length: 150 }, (_, i) =>
      simulator.world.addStreamer({ platform: 'twitch', login: `user_${i}`, name: `User ${i}` }),
    );
    const names = [...users.map(({ login: name }) => login(name.toUpperCase())), login('nobody'), login('no/body')];
    const resolved = await process(simulator).resolve(names, never);
    expect(resolved.size).toBe(152);
    expect(resolved.get('twitch/login:USER_149')).toEqual({
      kind: 'found',
      identifier: users[149]?.identifier,
      login: 'user_149',
      title: 'User 149',
    });
    expect(resolved.get('twitch/login:nobody')).toEqual({ kind: 'missing' });
    expect(resolved.get('twitch/login:no/body')).toEqual({ kind: 'missing' });
    expect(simulator.requests.count('twitch', 'users')).toBe(2);
  });

  test('that were answered are kept when a later request fails', async () => {
    const simulator = await openSimulator();
    const adapter = process(simulator);
    const names = Array.from({ length: 150 }, (_, i) => login(`nobody_${i}`));
    await adapter.resolve([login('first')], never);
    simulator.faults.add({ platform: 'twitch', endpoint: 'users', kind: 'late', times: 1, delayMs: 0 });
    simulator.faults.add({ platform: 'twitch', endpoint: 'users', kind: 'server-error' });
    expect((await adapter.resolve(names, never)).size).toBe(100);
    await expect(adapter.resolve(names, never)).rejects.toMatchObject({ fault: 'unavailable' });
  });
});
