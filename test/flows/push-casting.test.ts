import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CREDENTIALS } from '../../simulator/credentials.ts';
import { freePort } from '../support/free-port.ts';
import type { StreamKey } from '../../src/shared/domain/stream-key.ts';
import { type Database, openDatabase } from '../../src/shared/runtime/database.ts';
import { caughtUp } from '../support/caught-up.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { pushLooks } from '../support/push-looks.ts';

/** Polls come too late for these tests: what is heard in time was pushed. */
const SELDOM = {
  ...{ POLL_INTERVAL_TWITCASTING: '24h', POLL_INTERVAL_TWITTER: '24h', TWITTER_PUSH: 'on' },
  ...{ OFFLINE_GRACE_TWITCASTING: '0s', STATE_SYNC_INTERVAL: '15s' },
};
const LIMITS = { twitcasting: { perWindow: 10_000 }, twitter: { activityPerWindow: 10_000 } };
const PLATFORMS = ['twitcasting', 'twitter'] as const;
type Platform = (typeof PLATFORMS)[number];

let cluster: Cluster;
let database: Database;
let publicUrl: string;

beforeAll(async () => {
  cluster = await startCluster({ quirks: { pushDuplicateRate: 1 }, limits: LIMITS });
  database = openDatabase(cluster.database.url);
  const port = await freePort();
  publicUrl = `http://127.0.0.1:${port}`;
  const env = { ...SELDOM, PUBLIC_URL: publicUrl };
  cluster.sim.setTwitcastingCallback(`${publicUrl}/webhooks/twitcasting`);
  await cluster.run('web', { ...env, HTTP_PORT: String(port) });
  await cluster.run('listen sync flush', env);
  await cluster.run('poll', env);
});

afterAll(async () => {
  await database?.$disconnect();
  await cluster?.stop();
});

/** What the platform pushes of whom, as it lists it. */
async function registered(platform: Platform): Promise<string[]> {
  const { sim } = cluster;
  if (platform === 'twitter') {
    const authorization = `Bearer ${CREDENTIALS.twitterBearer}`;
    const answer = await fetch(`${sim.env().TWITTER_API_URL}/activity/subscriptions`, { headers: { authorization } });
    const { data = [] } = (await answer.json()) as { data?: { event_type: string; filter: { user_id: string } }[] };
    return data.map((row) => `${row.filter.user_id} ${row.event_type}`);
  }
  const basic = Buffer.from(`${CREDENTIALS.twitcastingClientId}:${CREDENTIALS.twitcastingClientSecret}`);
  const headers = { authorization: `Basic ${basic.toString('base64')}` };
  const answer = await fetch(`${sim.env().TWITCASTING_API_URL}/webhooks`, { headers });
  const { webhooks } = (await answer.json()) as { webhooks: { user_id: string; event: string }[] };
  return webhooks.map((row) => `${row.user_id} ${row.event}`);
}

/** A streamer whom a guild follows, and whose platform tells us of them. */
async function pushedStreamer(platform: Platform): Promise<StreamKey & { userId: string }> {
  const { identifier, userId } = cluster.sim.world.addStreamer({ platform });
  await cluster.follow({ platform, identifier });
  const where = { platform, identifier, pushedAt: { not: null } };
  await eventually(async () => expect(await database.stream.count({ where })).toBe(1));
  await caughtUp(cluster.redis.url, { platform, identifier });
  return { platform, identifier, userId };
}

describe.each(PLATFORMS)('a stream on %s, polled once a day', (platform) => {
  it('is heard of when it begins and when it ends, once each, because the platform says so', async () => {
    const key = await pushedStreamer(platform);
    const { id } = cluster.sim.world.goLive(platform, key.identifier);
    await eventually(() => expect(cluster.heardOf(key)).toEqual([`online ${id}`]));
    cluster.sim.world.end(platform, id);
    await eventually(() => expect(cluster.heardOf(key)).toEqual([`online ${id}`, `offline ${id}`]));
    const changes = await database.change.findMany({ where: { platform, broadcastId: id } });
    expect(changes.map(({ foundBy, pushed }) => ({ foundBy, pushed }))).toEqual([
      { foundBy: 'push', pushed: true },
      { foundBy: 'push', pushed: true },
    ]);
    const taken = () => cluster.sim.deliveries(platform).filter(({ status }) => status === 200);
    await eventually(() => expect(taken().length).toBeGreaterThanOrEqual(4));
  });

  it('is told of no more once nobody follows it', async () => {
    const key = await pushedStreamer(platform);
    const rows = async () => (await registered(platform)).filter((row) => row.startsWith(`${key.userId} `));
    expect(await rows()).toHaveLength(2);
    await cluster.unfollow(key);
    await eventually(async () => expect(await rows()).toEqual([]));
    const where = { platform, identifier: key.identifier };
    await eventually(async () => expect(await database.pushSubscription.count({ where })).toBe(0));
  });

  it('is subscribed for again when the platform has forgotten it', async () => {
    const key = await pushedStreamer(platform);
    const rows = async () => (await registered(platform)).filter((row) => row.startsWith(`${key.userId} `));
    await forget(platform, key.userId);
    await eventually(async () => expect(await rows()).toHaveLength(2));
  });
});

it('what somebody else sends changes nothing, and leads to no look', async () => {
  const { identifier } = await pushedStreamer('twitcasting');
  const looks = async () => (await pushLooks(cluster.redis.url, 'twitcasting')).filter((one) => one === identifier);
  const movie = { id: '4189037369', user_id: '1', is_live: true };
  const body = { movie, broadcaster: { screen_id: identifier } };
  const post = (platform: Platform, given: object) =>
    fetch(`${publicUrl}/webhooks/${platform}`, { method: 'POST', body: JSON.stringify(given) });
  const forged = [body, { ...body, signature: '' }, { ...body, signature: 'f'.repeat(32) }];
  for (const one of forged) expect((await post('twitcasting', one)).ok).toBe(false);
  expect((await post('twitter', { data: {} })).ok).toBe(false);
  expect(await looks()).toEqual([]);
  const last = cluster.sim.world.goLive('twitcasting', identifier);
  await eventually(() =>
    expect(cluster.heardOf({ platform: 'twitcasting', identifier })).toEqual([`online ${last.id}`]),
  );
  expect(await looks()).toEqual([identifier]);
});

async function forget(platform: Platform, userId: string): Promise<void> {
  const { sim } = cluster;
  if (platform === 'twitcasting') {
    const basic = Buffer.from(`${CREDENTIALS.twitcastingClientId}:${CREDENTIALS.twitcastingClientSecret}`);
    const headers = { authorization: `Basic ${basic.toString('base64')}` };
    const query = `user_id=${userId}&events[]=livestart&events[]=liveend`;
    const answer = await fetch(`${sim.env().TWITCASTING_API_URL}/webhooks?${query}`, { method: 'DELETE', headers });
    expect(answer.ok).toBe(true);
    return;
  }
  const rows = await database.pushSubscription.findMany({ where: { platform, identifier: userId } });
  const authorization = `Bearer ${CREDENTIALS.twitterBearer}`;
  expect(rows).toHaveLength(2);
  for (const { remoteId } of rows) {
    const url = `${sim.env().TWITTER_API_URL}/activity/subscriptions/${remoteId}`;
    expect((await fetch(url, { method: 'DELETE', headers: { authorization } })).ok).toBe(true);
  }
}
