import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StreamKey } from '../../src/shared/domain/stream-key.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import type { Tallylight } from '../support/processes.ts';

let cluster: Cluster;
let keeper: Tallylight;
let poll: Tallylight;
let flush: Tallylight;

beforeAll(async () => {
  cluster = await startCluster();
  keeper = await cluster.run('listen sync');
  flush = await cluster.run('flush');
  poll = await cluster.run('poll');
});

afterAll(async () => {
  await cluster?.stop();
});

/** A Twitch streamer whom somebody follows and who was looked at. */
async function followed(): Promise<StreamKey> {
  const { identifier } = cluster.sim.world.addStreamer({ platform: 'twitch' });
  const key: StreamKey = { platform: 'twitch', identifier };
  await cluster.follow(key);
  await eventually(() =>
    expect(cluster.sim.requests.recent('twitch', 'streams').some((request) => request.ids.includes(identifier))).toBe(
      true,
    ),
  );
  return key;
}

const live = (key: StreamKey): string => cluster.sim.world.goLive(key.platform, key.identifier).id;

describe('nothing lost, nothing twice', () => {
  it('when workers are killed: what began and ended meanwhile is told once, in order, with its true start', async () => {
    const [lasting, ending, starting] = [await followed(), await followed(), await followed()];
    const [lastingId, endingId] = [live(lasting), live(ending)];
    await eventually(() => expect(cluster.heardOf(lasting)).toEqual([`online ${lastingId}`]));
    await eventually(() => expect(cluster.heardOf(ending)).toEqual([`online ${endingId}`]));

    await Promise.all([poll.end('SIGKILL'), flush.end('SIGKILL')]);
    cluster.sim.world.end('twitch', endingId);
    const startedAt = new Date(Date.now() - 60_000);
    const startingId = cluster.sim.world.goLive('twitch', starting.identifier, { startedAt }).id;
    flush = await cluster.run('flush');
    poll = await cluster.run('poll');

    await eventually(() => expect(cluster.heardOf(starting)).toEqual([`online ${startingId}`]));
    await eventually(() => expect(cluster.heardOf(ending)).toEqual([`online ${endingId}`, `offline ${endingId}`]));
    expect(cluster.heardOf(lasting)).toEqual([`online ${lastingId}`]);
    const told = cluster.heard
      .find((one) => one.id === startingId)
      ?.event.Streams.find((one) => one.VideoId === startingId);
    expect(new Date(told?.ActualStartTime ?? '').getTime()).toBe(Math.floor(startedAt.getTime() / 1_000) * 1_000);
  });

  it('when Redis is emptied: polling comes back from the tables, and what is live is not told again', async () => {
    const [quiet, onAir] = [await followed(), await followed()];
    const onAirId = live(onAir);
    await eventually(() => expect(cluster.heardOf(onAir)).toEqual([`online ${onAirId}`]));
    const redis = new Redis(cluster.redis.url);
    await redis.flushall();
    const quietId = live(quiet);
    await eventually(() => expect(cluster.heardOf(quiet)).toEqual([`online ${quietId}`]));
    expect(cluster.heardOf(onAir)).toEqual([`online ${onAirId}`]);
    const shown = expect.arrayContaining([`twitch/${onAirId}`, `twitch/${quietId}`]);
    await eventually(async () => expect(await redis.hkeys('{streams}.live')).toEqual(shown));
    redis.disconnect();
  });

  it('when Redis is killed and comes back with nothing: listeners hear again, workers go on', async () => {
    const before = await followed();
    await cluster.redis.kill();
    await cluster.redis.restart({ empty: true });
    const id = live(before);
    await eventually(() => expect(cluster.heardOf(before)).toEqual([`online ${id}`]));
    const after = await followed();
    const afterId = live(after);
    await eventually(() => expect(cluster.heardOf(after)).toEqual([`online ${afterId}`]));
    const ids = cluster.heard.map((one) => `${one.direction} ${one.id}`);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('when a process is asked to stop: it ends by itself with exit code 0, and another goes on', async () => {
    const key = await followed();
    expect(await poll.end('SIGTERM')).toBe(0);
    expect(await flush.end('SIGTERM')).toBe(0);
    const id = live(key);
    [flush, poll] = [await cluster.run('flush'), await cluster.run('poll')];
    await eventually(() => expect(cluster.heardOf(key)).toEqual([`online ${id}`]));
  });

  it('when the tables say otherwise than Redis: reconcile tells what it would repair, and then repairs it', async () => {
    const key = await followed();
    // It reconciles by itself, too, and once more some seconds after the restart of Redis: it could be first.
    await keeper.end('SIGTERM');
    const redis = new Redis(cluster.redis.url);
    const text = `twitch/${key.identifier}`;
    await redis.zrem('tallylight:{poll-twitch}:due', key.identifier);
    await redis.zrem('tallylight:{poll-twitch}:poll-twitch:repeat', text);
    const dry = JSON.parse(await cluster.tell(['reconcile', '--dry-run', '--json'])) as { what: string; key: string }[];
    expect(JSON.stringify(dry)).toContain(text);
    expect(JSON.stringify(JSON.parse(await cluster.tell(['reconcile', '--json'])))).toContain(text);
    expect(await cluster.tell(['reconcile', '--json'])).not.toContain(text);
    const id = live(key);
    await eventually(() => expect(cluster.heardOf(key)).toEqual([`online ${id}`]));
    redis.disconnect();
  });
});
