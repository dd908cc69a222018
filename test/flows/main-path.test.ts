import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PLATFORMS, type Platform } from '../../src/shared/domain/platform.ts';
import type { StreamKey } from '../../src/shared/domain/stream-key.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { leftAlone } from '../support/left-alone.ts';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster();
  await Promise.all([
    cluster.run('listen'),
    cluster.run('sync'),
    cluster.run('flush'),
    cluster.run('poll'),
    cluster.run('poll'),
  ]);
});

afterAll(async () => {
  await cluster?.stop();
});

/** Requests that named this key, on any endpoint. */
const asked = (key: StreamKey): number =>
  cluster.sim.requests.recent(key.platform).filter((request) => request.ids.includes(key.identifier)).length;

describe.each(PLATFORMS)(
  'a stream on %s, every role a process of its own, two of them polling',
  (platform: Platform) => {
    it('is followed, goes live once, ends once, and is asked for no more once nobody follows it', async () => {
      const streamer = cluster.sim.world.addStreamer({ platform });
      const key: StreamKey = { platform, identifier: streamer.identifier };
      await cluster.follow(key, '1234567890123456789');
      await cluster.follow(key, '18446744073709551615');
      await eventually(() => expect(asked(key)).toBeGreaterThan(0));

      const { id } = cluster.sim.world.goLive(platform, key.identifier);
      await eventually(() => expect(cluster.heardOf(key)).toEqual([`online ${id}`]));
      cluster.sim.world.end(platform, id);
      await eventually(() => expect(cluster.heardOf(key)).toEqual([`online ${id}`, `offline ${id}`]));

      await cluster.unfollow(key, '18446744073709551615');
      const before = asked(key);
      await eventually(() => expect(asked(key)).toBeGreaterThan(before + 1));
      await cluster.unfollow(key, '1234567890123456789');
      await leftAlone(cluster.redis.url, key);
      expect(await cluster.tell(['list', '--json'])).not.toContain(key.identifier);
      const last = asked(key);
      const next = cluster.sim.world.goLive(platform, key.identifier);
      await otherKeyIsAskedTwice(platform);
      expect(asked(key)).toBe(last);
      expect(cluster.heardOf(key)).not.toContain(`online ${next.id}`);
    });
  },
);

/** The platform is polled on: what was asked for in this time was asked on purpose. */
async function otherKeyIsAskedTwice(platform: Platform): Promise<void> {
  const { identifier } = cluster.sim.world.addStreamer({ platform });
  await cluster.follow({ platform, identifier });
  await eventually(() => expect(asked({ platform, identifier })).toBeGreaterThan(2));
}
