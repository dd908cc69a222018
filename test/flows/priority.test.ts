import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StreamKey } from '../../src/shared/domain/stream-key.ts';
import { openDatabase } from '../../src/shared/runtime/database.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

const RATE = 3;
/** Nothing of the normal lane leaves by itself, and each change is an event of its own. */
const SETTINGS = { LANE_ONLINE: 'normal', BATCH_INTERVAL: '1h', BATCH_MAX_STREAMS: '1', PUBLISH_RATE: `${RATE}` };
const URGENT = { priority: 'urgent' };

let cluster: Cluster;
let monitor: Redis;
/** How many events left in each second that Redis counted, whatever process they came from. */
const seconds: number[] = [];

beforeAll(async () => {
  cluster = await startCluster();
  const redis = new Redis(cluster.redis.url);
  monitor = await redis.monitor();
  redis.disconnect(); // the monitor has a connection of its own
  monitor.on('monitor', (_time: string, [command = '', key]: string[]) => {
    if (key !== '{streams}.turns') return;
    if (command.toLowerCase() === 'incr') seconds.push((seconds.pop() ?? 0) + 1);
    // It is set to expire after its first turn, which is not one of the second before.
    if (command.toLowerCase() === 'pexpire') seconds.push((seconds.pop() ?? 1) - 1, 1);
  });
  const roles = ['listen sync poll', 'flush', 'flush'];
  await Promise.all(roles.map((role) => cluster.run(role, SETTINGS)));
});
afterAll(async () => {
  monitor?.disconnect();
  await cluster?.stop();
});

function streamer(): StreamKey {
  const { identifier } = cluster.sim.world.addStreamer({ platform: 'twitch' });
  return { platform: 'twitch', identifier };
}

async function waitingChanges(): Promise<number> {
  const database = openDatabase(cluster.database.url, 1);
  const count = await database.change.count({ where: { state: 'waiting' } });
  await database.$disconnect();
  return count;
}

it('an urgent follow gets its news at once, others wait for their window, at the rate of the whole cluster', async () => {
  const [patient, ...urgent] = Array.from({ length: 21 }, streamer) as [StreamKey, ...StreamKey[]];
  await cluster.follow(patient);
  for (const key of urgent) await cluster.follow(key, '10');
  // The most impatient follow of a key decides.
  for (const key of urgent) await cluster.follow(key, '11', URGENT);
  await eventually(async () => expect((await cluster.tell(['list'])).trim()).toMatch(/21 keys$/));

  const first = cluster.sim.world.goLive('twitch', patient.identifier);
  await eventually(async () => expect(await waitingChanges()).toBe(1));
  for (const { identifier } of urgent) cluster.sim.world.goLive('twitch', identifier);
  await eventually(() => expect(new Set(cluster.heard.map(({ key }) => key)).size).toBe(20));
  // They are marked a moment after they were told.
  await eventually(async () => expect(await waitingChanges()).toBe(1));
  expect(cluster.heardOf(patient)).toEqual([]);

  await cluster.follow(patient, '12', URGENT);
  await eventually(async () =>
    expect(await cluster.tell(['list'])).toMatch(new RegExp(`${patient.identifier} .* 2 +live`)),
  );
  cluster.sim.world.end('twitch', first.id);
  // What is urgent now does not overtake what waited of its own key.
  await eventually(() => expect(cluster.heardOf(patient)).toEqual([`online ${first.id}`, `offline ${first.id}`]));

  // The monitor's connection is another one than the shard's.
  await eventually(() => expect(seconds.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(22));
  expect(Math.max(...seconds)).toBeLessThanOrEqual(RATE);
});
