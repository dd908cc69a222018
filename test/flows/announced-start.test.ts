import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StreamKey } from '../../src/shared/domain/stream-key.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.run('all', { POLL_INTERVAL_YOUTUBE: '1h' });
});

afterAll(async () => {
  await cluster?.stop();
});

const inSeconds = (seconds: number): Date => new Date(Date.now() + seconds * 1_000);

it('a broadcast that begins as announced is found around its start, however seldom its key is polled', async () => {
  const { world, requests } = cluster.sim;
  const { identifier } = world.addStreamer({ platform: 'youtube' });
  const key: StreamKey = { platform: 'youtube', identifier };
  const punctual = world.schedule('youtube', identifier, { at: inSeconds(3) });
  const moved = world.schedule('youtube', identifier, { at: inSeconds(4) });
  await cluster.follow(key);
  const looks = () => requests.recent('youtube', 'videos').filter((request) => request.ids.includes(moved.id)).length;
  await eventually(() => expect(looks()).toBeGreaterThan(0));

  world.start('youtube', punctual.id);
  const later = inSeconds(14);
  world.reschedule('youtube', moved.id, later);
  await eventually(() => expect(cluster.heardOf(key)).toEqual([`online ${punctual.id}`]));
  await eventually(() => expect(Date.now()).toBeGreaterThan(later.getTime()));
  world.start('youtube', moved.id);
  await eventually(() => expect(cluster.heardOf(key)).toContain(`online ${moved.id}`));
  // One look when it was followed, and each of the three starts has at most five.
  expect(looks()).toBeLessThanOrEqual(16);
});
