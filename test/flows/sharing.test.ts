import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { StreamKey } from '../../src/shared/domain/stream-key.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import type { Tallylight } from '../support/processes.ts';

const KEYS = 250;
const BATCH = 100;
const INTERVAL_S = 4;
const INTERVALS = 4;

let cluster: Cluster;
let pollers: Tallylight[] = [];
let keys: StreamKey[] = [];

beforeAll(async () => {
  cluster = await startCluster({ limits: { twitch: { pointsPerMinute: 1_000_000 } } });
  await cluster.run('listen sync flush', { POLL_INTERVAL_TWITCH: `${INTERVAL_S}s` });
  keys = Array.from({ length: KEYS }, () => {
    const { identifier } = cluster.sim.world.addStreamer({ platform: 'twitch' });
    return { platform: 'twitch', identifier } as const;
  });
  await Promise.all(keys.map((key) => cluster.follow(key)));
});

afterEach(async () => {
  await Promise.all(pollers.map((poller) => poller.end('SIGTERM')));
  pollers = [];
});

afterAll(async () => {
  await cluster?.stop();
});

const requests = () => cluster.sim.requests.recent('twitch', 'streams');
const looked = (since: Date): Set<string> =>
  new Set(requests().flatMap((request) => (request.at > since ? request.ids : [])));

/** When every key has been looked at once more. */
async function everyKeyLookedAtSince(since: Date): Promise<void> {
  await eventually(() => expect(looked(since).size).toBe(KEYS));
}

describe.each([1, 4])('polling in %i processes', (processes) => {
  it('asks about as often as the batches need', async () => {
    const env = { POLL_INTERVAL_TWITCH: `${INTERVAL_S}s` };
    const started = new Date();
    pollers = await Promise.all(Array.from({ length: processes }, () => cluster.run('poll', env)));
    await everyKeyLookedAtSince(started);
    const from = new Date();
    for (let i = 0; i < INTERVALS; i++) await everyKeyLookedAtSince(new Date());
    const counted = requests().filter((request) => request.at > from);
    const intervals = (Date.now() - from.getTime()) / (INTERVAL_S * 1_000);
    // Whoever waits for all keys may see one request more than whole intervals hold.
    expect(counted.length).toBeLessThanOrEqual(Math.ceil(KEYS / BATCH) * intervals * 1.15 + 1);
    expect(Math.max(...counted.map((request) => request.ids.length))).toBe(BATCH);
  });
});
