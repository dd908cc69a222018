import { describe, expect, test } from 'vitest';
import type { Simulator, SimulatorOptions } from '../../../../simulator/simulator.ts';
import type { StreamName } from '../../../../src/shared/domain/follow.ts';
import type { Observation } from '../../../../src/shared/domain/observation.ts';
import { nextPacificMidnight } from '../../../../src/shared/platforms/pacific-day.ts';
import type { AdapterParts, BudgetedAdapter } from '../../../../src/shared/platforms/parts.ts';
import { manualClock, openSimulator } from '../../../simulator/opened.ts';
import { adapterFor, never, open, partsWith, target, useRedis } from '../opened.ts';

const redis = useRedis();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface Opened {
  readonly simulator: Simulator;
  readonly adapter: BudgetedAdapter;
  readonly clock: ReturnType<typeof manualClock>;
  /** Adds a channel. @returns its id */
  channel(): string;
  look(...targets: Parameters<BudgetedAdapter['observe']>[0]): Promise<Observation[]>;
  /** Requests of `videos.list`, `channels.list` and `playlistItems.list`: each is a unit. */
  units(): number;
}

async function opened(options: SimulatorOptions = {}, given: Partial<AdapterParts> = {}): Promise<Opened> {
  const clock = manualClock(new Date().toISOString());
  const simulator = await openSimulator({ clock, ...options });
  const adapter = adapterFor(simulator, 'youtube', partsWith(redis(), { clock, ...given }));
  return {
    simulator,
    adapter,
    clock,
    channel: () => simulator.world.addStreamer({ platform: 'youtube' }).identifier,
    async look(...targets) {
      const seen = await adapter.observe(targets, never);
      return targets.map(({ identifier }) => seen.get(identifier) ?? { kind: 'unknown', reason: 'no entry' });
    },
    units: () => simulator.requests.count('youtube') - simulator.requests.count('youtube', 'feed'),
  };
}

describe('a look at YouTube', () => {
  test('spends a unit for fifty unknown videos, and none for what it knows', async () => {
    const { simulator, channel, look, units } = await opened();
    const ids = Array.from({ length: 10 }, channel);
    for (const id of ids) for (let i = 0; i < 8; i++) simulator.world.upload(id);
    const seen = await look(...ids.map((id) => target(id)));
    expect(units()).toBe(2);
    const settled = seen.map((one) => (one.kind === 'seen' ? (one.settled ?? []) : []));
    expect(settled.flat()).toHaveLength(80);
    await look(...ids.map((id, at) => target(id, { settled: settled[at] ?? [] })));
    expect(units()).toBe(2);
    expect(simulator.requests.count('youtube', 'feed')).toBe(20);
  });

  test('looks at a scheduled video rarely, often when it is near, and for free beside others', async () => {
    const { simulator, adapter, clock, channel, look, units } = await opened();
    const [one, other] = [channel(), channel()];
    const start = new Date(clock.now().getTime() + 10 * HOUR);
    const { id } = simulator.world.schedule('youtube', one, { at: start });
    const scheduled = target(one, { open: [open(id, { state: 'scheduled', scheduledStart: start })] });
    expect(await look(scheduled)).toMatchObject([{ broadcasts: [{ id, state: 'scheduled' }] }]);
    clock.advance(29 * MINUTE);
    expect(await look(scheduled)).toMatchObject([{ kind: 'seen', broadcasts: [], unasked: [id] }]);
    expect(units()).toBe(1);
    const live = simulator.world.goLive('youtube', other).id;
    const both = await adapter.observe([scheduled, target(other, { open: [open(live)] })], never);
    expect(both.get(one)).toMatchObject({ broadcasts: [{ id }] });
    expect(units()).toBe(2);
    clock.advance(9 * HOUR + 2 * MINUTE);
    for (const spent of [3, 4]) {
      await look(scheduled);
      expect(units()).toBe(spent);
    }
  });

  test('lets a video that vanished be a miss', async () => {
    const { simulator, channel, look } = await opened();
    const one = channel();
    const { id } = simulator.world.goLive('youtube', one);
    simulator.world.remove('youtube', id);
    const [seen] = await look(target(one, { open: [open(id)] }));
    expect(seen).toMatchObject({ kind: 'seen', broadcasts: [] });
    expect(seen).not.toHaveProperty('unasked');
  });

  test('doubts for half an hour that videos which were there before are all gone', async () => {
    const { simulator, adapter, clock, channel, look } = await opened();
    const one = channel();
    const { id } = simulator.world.goLive('youtube', one);
    const settled = [simulator.world.upload(one).id];
    simulator.faults.add({ platform: 'youtube', endpoint: 'videos', kind: 'empty' });
    const doubtful = target(one, { open: [open(id)], settled });
    for (const wait of [0, 29 * MINUTE]) {
      clock.advance(wait);
      await expect(adapter.observe([doubtful], never)).rejects.toMatchObject({ fault: 'unavailable' });
    }
    clock.advance(MINUTE);
    expect(await look(doubtful)).toMatchObject([{ kind: 'seen', broadcasts: [] }]);
    simulator.faults.clear();
    expect(await look(doubtful)).toMatchObject([{ broadcasts: [{ id, state: 'live' }] }]);
  });

  test('rests until Pacific midnight when the quota is gone, whoever used it', async () => {
    const { simulator, adapter, clock, channel } = await opened();
    const one = channel();
    simulator.world.goLive('youtube', one);
    simulator.faults.add({ platform: 'youtube', endpoint: 'videos', kind: 'quota' });
    await expect(adapter.observe([target(one)], never)).rejects.toMatchObject({
      fault: 'budget-spent',
      restUntil: nextPacificMidnight(clock.now()),
    });
  });

  test.each(['unauthorized', 'forbidden'] as const)('says of a key that is refused (%s) that it is', async (kind) => {
    const { simulator, adapter, channel } = await opened();
    const one = channel();
    simulator.world.goLive('youtube', one);
    simulator.faults.add({ platform: 'youtube', endpoint: 'videos', kind });
    await expect(adapter.observe([target(one)], never)).rejects.toMatchObject({ fault: 'unauthorized' });
  });
});

describe('a video that a hint named', () => {
  test('is found though the feed is late, without another unit for what is known', async () => {
    const { simulator, channel, look, units } = await opened({ quirks: { youtubeFeedDelayMs: 10 * MINUTE } });
    const one = channel();
    const { id } = simulator.world.goLive('youtube', one, { id: '12345678901' });
    const upload = simulator.world.upload(one).id;
    expect(await look(target(one))).toMatchObject([{ broadcasts: [] }]);
    expect(units()).toBe(0);
    const [seen] = await look(target(one, { hinted: [id, upload] }));
    expect(seen).toMatchObject({ kind: 'seen', broadcasts: [{ id, state: 'live' }], settled: [upload] });
    expect(units()).toBe(1);
    await look(target(one, { hinted: [upload], settled: [upload] }));
    expect(units()).toBe(1);
  });

  test.each(['server-error', 'not-found', 'rate-limited'] as const)(
    'is found while feeds and uploads are sick (%s), and a key without one stays unknown',
    async (kind) => {
      const { simulator, channel, look } = await opened();
      const [one, other] = [channel(), channel()];
      const { id } = simulator.world.goLive('youtube', one);
      for (const endpoint of ['feed', 'playlistItems']) simulator.faults.add({ platform: 'youtube', endpoint, kind });
      const seen = await look(target(one, { hinted: [id] }), target(other, { hinted: ['AAAAAAAAAAA'] }));
      expect(seen).toMatchObject([{ kind: 'seen', broadcasts: [{ id, state: 'live' }] }, { kind: 'unknown' }]);
    },
  );

  test('is settled when it is of another channel, and never seen as one of this', async () => {
    const { simulator, channel, look } = await opened();
    const [one, other] = [channel(), channel()];
    const { id } = simulator.world.goLive('youtube', other);
    expect(await look(target(one, { hinted: [id] }))).toMatchObject([{ kind: 'seen', broadcasts: [], settled: [id] }]);
    simulator.faults.add({ platform: 'youtube', endpoint: 'feed', kind: 'server-error' });
    simulator.faults.add({ platform: 'youtube', endpoint: 'playlistItems', kind: 'server-error' });
    expect(await look(target(one, { hinted: [id] }))).toMatchObject([{ kind: 'unknown' }]);
  });

  test('is looked at now though its start is far, since something of it changed', async () => {
    const { simulator, clock, channel, look, units } = await opened();
    const one = channel();
    const start = new Date(clock.now().getTime() + 10 * HOUR);
    const sooner = new Date('2030-01-01T00:00:00Z');
    const { id } = simulator.world.schedule('youtube', one, { at: start });
    const scheduled = { open: [open(id, { state: 'scheduled', scheduledStart: start })] };
    await look(target(one, scheduled));
    simulator.world.reschedule('youtube', id, sooner);
    await look(target(one, scheduled));
    expect(units()).toBe(1);
    const [seen] = await look(target(one, { ...scheduled, hinted: [id] }));
    expect(seen).toMatchObject({ broadcasts: [{ id, scheduledStart: sooner }] });
    expect(units()).toBe(2);
  });

  test('waits for a new day when the units are spent', async () => {
    const { simulator, adapter, clock, channel } = await opened({ quirks: { youtubeFeedDelayMs: HOUR } });
    const one = channel();
    const { id } = simulator.world.goLive('youtube', one);
    simulator.faults.add({ platform: 'youtube', endpoint: 'videos', kind: 'quota' });
    await expect(adapter.observe([target(one, { hinted: [id] })], never)).rejects.toMatchObject({
      fault: 'budget-spent',
      restUntil: nextPacificMidnight(clock.now()),
    });
  });
});

describe('sick feeds', () => {
  test.each(['not-found', 'server-error', 'garbage', 'truncated', 'forbidden', 'rate-limited', 'timeout'] as const)(
    '(%s) neither end nor hide a broadcast: the uploads tell of it',
    async (kind) => {
      const { simulator, channel, look } = await opened({}, kind === 'timeout' ? { timeoutMs: 2_000 } : {});
      const [known, fresh] = [channel(), channel()];
      const running = simulator.world.goLive('youtube', known).id;
      const begun = simulator.world.goLive('youtube', fresh).id;
      simulator.faults.add({ platform: 'youtube', endpoint: 'feed', kind });
      const seen = await look(target(known, { open: [open(running)] }), target(fresh));
      expect(seen).toMatchObject([{ broadcasts: [{ id: running }] }, { broadcasts: [{ id: begun, state: 'live' }] }]);
      simulator.world.end('youtube', running);
      expect(await look(target(known, { open: [open(running)] }))).toMatchObject([
        { broadcasts: [{ state: 'ended' }] },
      ]);
    },
  );

  test('are left alone after ten failures and tried again with three, while units are spent evenly', async () => {
    const { simulator, clock, channel, look } = await opened();
    const targets = Array.from({ length: 30 }, () => target(channel()));
    simulator.faults.add({ platform: 'youtube', endpoint: 'feed', kind: 'not-found' });
    const feeds = () => simulator.requests.count('youtube', 'feed');
    const kinds = (await look(...targets)).map((one) => one.kind);
    expect(feeds()).toBeGreaterThanOrEqual(10);
    expect(feeds()).toBeLessThan(30);
    // A fifth of 10,000 units a day is 13 in ten minutes; who had no turn is unknown, not idle.
    expect(simulator.requests.count('youtube', 'playlistItems')).toBe(13);
    expect(kinds.filter((kind) => kind === 'unknown')).toHaveLength(17);
    const before = feeds();
    await look(...targets);
    expect(feeds()).toBe(before);
    expect(simulator.requests.count('youtube', 'playlistItems')).toBe(13);
    simulator.faults.clear();
    clock.advance(2 * MINUTE);
    expect((await look(...targets)).map((one) => one.kind)).toEqual(targets.map(() => 'seen'));
  });

  test('give the next turn to who waited longest', async () => {
    const { simulator, channel, look } = await opened();
    const targets = Array.from({ length: 20 }, () => target(channel()));
    simulator.faults.add({ platform: 'youtube', endpoint: 'feed', kind: 'not-found' });
    const unknownIn = async () => (await look(...targets)).flatMap((one, at) => (one.kind === 'unknown' ? [at] : []));
    const first = await unknownIn();
    expect(first).toHaveLength(7);
    // As if ten minutes had passed: the counter of the window is gone.
    await redis().del(...(await redis().keys('*:budget:fallback')));
    const second = await unknownIn();
    expect(second.filter((at) => first.includes(at))).toEqual([]);
  });

  test('do not stop looks at what is open when even the uploads fail', async () => {
    const { simulator, channel, look } = await opened();
    const [one, other] = [channel(), channel()];
    const { id } = simulator.world.goLive('youtube', one);
    simulator.faults.add({ platform: 'youtube', endpoint: 'feed', kind: 'server-error' });
    simulator.faults.add({ platform: 'youtube', endpoint: 'playlistItems', kind: 'server-error' });
    const seen = await look(target(one, { open: [open(id)] }), target(other));
    expect(seen).toMatchObject([{ broadcasts: [{ id, state: 'live' }] }, { kind: 'unknown' }]);
  });
});

describe('a channel that is gone', () => {
  test('is confirmed by the API while other feeds work', async () => {
    const { simulator, channel, look } = await opened();
    const [here, away] = [channel(), channel()];
    simulator.world.setExists('youtube', away, false);
    expect(await look(target(here), target(away))).toMatchObject([{ kind: 'seen' }, { kind: 'gone' }]);
    expect(simulator.requests.count('youtube', 'channels')).toBe(1);
  });

  test('is unknown while no other feed works, or the API is not to be believed', async () => {
    const { simulator, channel, look } = await opened();
    const [here, away] = [channel(), channel()];
    simulator.world.setExists('youtube', away, false);
    expect(await look(target(away))).toMatchObject([{ kind: 'unknown' }]);
    expect(simulator.requests.count('youtube', 'channels')).toBe(0);
    simulator.world.setExists('youtube', here, true);
    simulator.faults.add({ platform: 'youtube', endpoint: 'channels', kind: 'empty' });
    expect(await look(target(here), target(away))).toMatchObject([{ kind: 'seen' }, { kind: 'unknown' }]);
  });

  test('is not gone when only its feed answers 404', async () => {
    const { simulator, channel, look } = await opened();
    const [here, odd] = [channel(), channel()];
    await look(target(here));
    simulator.faults.add({ platform: 'youtube', endpoint: 'feed', kind: 'not-found', times: 1 });
    expect(await look(target(odd))).toMatchObject([{ kind: 'seen', broadcasts: [] }]);
    expect(simulator.requests.count('youtube', 'channels')).toBe(1);
  });
});

describe('names of YouTube', () => {
  const named = (kind: StreamName['kind'], name: string): StreamName => ({ platform: 'youtube', kind, name });

  test('are resolved by handle, user, custom name and video', async () => {
    const { simulator, adapter } = await opened();
    const { identifier, login } = simulator.world.addStreamer({ platform: 'youtube', login: 'somebody' });
    const { id } = simulator.world.upload(identifier);
    const names = [
      named('handle', login),
      named('handle', `@${login}`),
      named('user', login),
      named('custom', login),
      named('video', id),
      named('video', 'AAAAAAAAAAA'),
      named('video', 'x'),
      named('handle', 'nobody'),
    ];
    const resolved = await adapter.resolve(names, never);
    const found = [...resolved].map(([name, answer]) => [name, answer.kind === 'found' ? answer.identifier : null]);
    expect(Object.fromEntries(found)).toEqual({
      'youtube/handle:somebody': identifier,
      'youtube/handle:@somebody': identifier,
      'youtube/user:somebody': identifier,
      'youtube/custom:somebody': identifier,
      [`youtube/video:${id}`]: identifier,
      'youtube/video:AAAAAAAAAAA': null,
      'youtube/video:x': null,
      'youtube/handle:nobody': null,
    });
    expect(simulator.requests.count('youtube', 'videos')).toBe(1);
    expect(simulator.requests.count('youtube', 'channels')).toBe(5);
  });

  test('are not missing when the API is not to be believed', async () => {
    const { simulator, adapter } = await opened();
    simulator.faults.add({ platform: 'youtube', kind: 'empty' });
    await expect(adapter.resolve([named('handle', 'somebody')], never)).rejects.toMatchObject({ fault: 'unavailable' });
  });
});
