import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import type { StreamKey } from '../../src/shared/domain/stream-key.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

/** Renewed at its half, by a task that comes every 20 s: then there is time left for a machine that is slow. */
const LEASE_S = 90;
const GUILDS = ['1234567890123456789', '18446744073709551615'] as const;

let cluster: Cluster;

/** Polls are a day apart and feeds ten minutes late: what is told in time was pushed. */
beforeAll(async () => {
  cluster = await startCluster({ quirks: { youtubeFeedDelayMs: 600_000, youtubeMostLeaseSeconds: LEASE_S } });
  const port = String(await freePort());
  const env = { POLL_INTERVAL_YOUTUBE: '24h', PUBLIC_URL: `http://127.0.0.1:${port}` };
  await Promise.all([cluster.run('web', { ...env, HTTP_PORT: port }), cluster.run('listen sync flush poll', env)]);
});

afterAll(async () => {
  await cluster?.stop();
});

const subscriptionOf = ({ identifier }: StreamKey) =>
  cluster.sim.youtubeSubscriptions().find(({ channelId }) => channelId === identifier);

async function followed(): Promise<StreamKey> {
  const { identifier } = cluster.sim.world.addStreamer({ platform: 'youtube' });
  const key: StreamKey = { platform: 'youtube', identifier };
  for (const guild of GUILDS) await cluster.follow(key, guild);
  await eventually(() => expect(subscriptionOf(key)).toBeDefined());
  return key;
}

/** Nothing is asked of the hub for its sake any more. */
async function unfollowed(key: StreamKey): Promise<void> {
  for (const guild of GUILDS) await cluster.unfollow(key, guild);
  await eventually(() => expect(subscriptionOf(key)).toBeUndefined());
}

it('a stream is told of when it begins and when it is deleted, as the hub pushes it, edits and repeats or not', async () => {
  const { world, setQuirks } = cluster.sim;
  const key = await followed();
  setQuirks({ pushDuplicateRate: 1 });
  const { id } = world.goLive('youtube', key.identifier);
  await eventually(() => expect(cluster.heardOf(key)).toEqual([`online ${id}`]));
  world.retitle('youtube', id, 'Another title');
  world.remove('youtube', id);
  await eventually(() => expect(cluster.heardOf(key)).toEqual([`online ${id}`, `offline ${id}`]));
  setQuirks({ pushDuplicateRate: 0 });
  await unfollowed(key);
});

it('a stream that was announced is told of at its start, of which nothing is pushed, also when it was moved', async () => {
  const { world } = cluster.sim;
  const key = await followed();
  const { id } = world.schedule('youtube', key.identifier, { at: new Date(Date.now() + 3_600_000) });
  const start = new Date(Date.now() + 6_000);
  world.reschedule('youtube', id, start);
  await eventually(() => expect(Date.now()).toBeGreaterThan(start.getTime()));
  world.start('youtube', id);
  await eventually(() => expect(cluster.heardOf(key)).toEqual([`online ${id}`]));
  await unfollowed(key);
});

it('a subscription is renewed before its lease ends, and ended with the last follow', async () => {
  const key = await followed();
  const first = subscriptionOf(key)?.leaseUntil ?? new Date();
  const last = () => subscriptionOf(key)?.leaseUntil.getTime() ?? 0;
  let gaps = 0;
  await eventually(() => {
    if (last() === 0) gaps += 1;
    expect(last()).toBeGreaterThan(first.getTime() + LEASE_S * 300);
  });
  expect(gaps).toBe(0);
  await cluster.unfollow(key, GUILDS[0]);
  await eventually(async () => expect(await cluster.tell(['list', '--json'])).toMatch(guildsOf(key, 1)));
  expect(subscriptionOf(key)).toBeDefined();
  await cluster.unfollow(key, GUILDS[1]);
  await eventually(() => expect(subscriptionOf(key)).toBeUndefined());
});

it('a hub that is away is left alone for as long as it says, then asked again', async () => {
  const { faults, requests } = cluster.sim;
  const outage = { platform: 'youtube', endpoint: 'hub', kind: 'unavailable', retryAfterSeconds: 5 } as const;
  faults.add({ ...outage, times: 1 });
  const key = await followed();
  const asked = requests.recent('youtube', 'hub').slice(-20);
  const refused = asked.findIndex(({ status }) => status === 503);
  expect(refused).toBeGreaterThanOrEqual(0);
  const next = asked[refused + 1]?.at.getTime() ?? 0;
  expect(next).toBeGreaterThanOrEqual((asked[refused]?.at.getTime() ?? 0) + 5_000);
  expect(subscriptionOf(key)).toBeDefined();
});

function guildsOf({ identifier }: StreamKey, guilds: number): RegExp {
  return new RegExp(`"${identifier}"[^}]*"guilds": ?${guilds}\\b`);
}
