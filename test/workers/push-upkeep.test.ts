import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { createHttp } from '../../src/http/http.ts';
import type { HttpServer } from '../../src/http/server.ts';
import { pollEvery } from '../../src/shared/domain/pace.ts';
import { PUSH_INGRESS, dueKey } from '../../src/shared/queues/keys.ts';
import { readSchedulers } from '../../src/shared/queues/schedulers.ts';
import { readOverview } from '../../src/shared/store/overview-store.ts';
import { type Push, wirePush } from '../../src/wiring/push.ts';
import { type Tracking, wireTracking } from '../../src/wiring/tracking.ts';
import { openTestContext, type TestContext } from '../support/context.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';

let sim: Simulator;
let context: TestContext;
let http: HttpServer;
let tracking: Tracking;
let push: Push;
let other: Push;

beforeAll(async () => {
  const port = await freePort();
  sim = await startSimulator({ limits: { twitch: { pointsPerMinute: 100_000 } } });
  const env = { ...sim.env(), PLATFORMS: 'twitch', PUBLIC_URL: `http://127.0.0.1:${port}`, HTTP_PORT: String(port) };
  context = await openTestContext(env);
  tracking = wireTracking(context);
  push = wirePush(context, tracking);
  other = wirePush(context, tracking);
  const receivers = push.receivers();
  http = createHttp({ context, roles: ['web'], progress: [], ready: [], readBudgets: async () => [], receivers });
  await http.start();
});

beforeEach(async () => {
  await context.redis.flushall();
  await context.redis.set(PUSH_INGRESS, Date.now() - 60 * 60_000);
  for (const table of [context.database.pushSubscription, context.database.stream, context.database.change]) {
    await (table as { deleteMany(): Promise<unknown> }).deleteMany();
  }
  sim.requests.reset();
});

afterEach(() => {
  sim.eventsub.forget();
  sim.faults.clear();
  sim.setLimits({ twitch: { maxTotalCost: 10_000 } });
});

afterAll(async () => {
  await http?.stop();
  await tracking?.close();
  await context?.close();
  await sim?.stop();
});

async function track(count: number, guilds = 1): Promise<string[]> {
  const identifiers = Array.from({ length: count }, () => sim.world.addStreamer({ platform: 'twitch' }).identifier);
  await context.database.stream.createMany({
    data: identifiers.map((identifier) => ({ platform: 'twitch', identifier, guilds })),
  });
  return identifiers;
}

const pushedKeys = () => context.database.stream.count({ where: { pushedAt: { not: null } } });
const subscribed = (): string[] => sim.eventsub.subscriptions().map(({ userId }) => userId);
const overview = async () => (await readOverview(context.database, new Date())).platforms.twitch;
const asked = () => sim.requests.count('twitch', 'subscribe');

/** The keys that are to be looked at because they are pushed from now on. */
async function caughtUp(): Promise<string[]> {
  const jobs = await tracking.queues.twitch.getJobs(['wait', 'delayed', 'prioritized']);
  return jobs.filter((job) => job.data.reason === 'pushed').map((job) => job.data.identifier);
}

/** One turn in which there was time for requests: it ends after some seconds, whatever was done. */
async function askedFirst(): Promise<number> {
  return eventually(async () => {
    await push.pushUpkeep();
    expect(asked()).toBeGreaterThan(0);
    return asked();
  });
}

async function allPushed(count: number): Promise<void> {
  await eventually(async () => {
    await push.pushUpkeep();
    expect(await pushedKeys()).toBe(count);
  });
}

describe('what the table says is due', () => {
  it('is done once, by however many processes', async () => {
    await track(40);
    await Promise.all([push.pushUpkeep(), other.pushUpkeep(), push.pushUpkeep(), other.pushUpkeep()]);
    await allPushed(40);
    expect(asked()).toBe(80);
    expect(sim.eventsub.subscriptions()).toHaveLength(80);
  });

  it('goes by how wanted a key is where not all have room, and the others are counted', async () => {
    sim.setLimits({ twitch: { maxTotalCost: 4 } });
    const small = await track(3, 1);
    const large = await track(2, 9);
    const fresh = wirePush(context, tracking);
    await eventually(async () => {
      await fresh.pushUpkeep();
      expect(asked()).toBe(4);
    });
    await fresh.pushUpkeep();
    expect(new Set(subscribed())).toEqual(new Set(large));
    expect((await overview()).pushSubscriptions.wanted).toBe(2 * small.length);
    expect(asked()).toBe(4);
  });

  it('waits while the platform wants no more requests, and so does every process', async () => {
    await track(30);
    sim.faults.add({ platform: 'twitch', endpoint: 'subscribe', kind: 'rate-limited', retryAfterSeconds: 60 });
    const first = await askedFirst();
    expect(first).toBeLessThanOrEqual(8);
    await other.pushUpkeep();
    await push.pushUpkeep();
    expect(asked()).toBe(first);
    const rows = await context.database.pushSubscription.findMany();
    expect(rows.map(({ state, tries }) => [state, tries])).toEqual(rows.map(() => ['wanted', 0]));
  });

  it('waits when nothing but failures come back', async () => {
    await track(100);
    sim.faults.add({ platform: 'twitch', endpoint: 'subscribe', kind: 'server-error' });
    await askedFirst();
    await other.pushUpkeep();
    expect(asked()).toBeLessThanOrEqual(64);
    expect((await overview()).pushSubscriptions.failed).toBeGreaterThan(0);
    expect((await context.database.pushSubscription.findMany()).some(({ error }) => error?.includes('500'))).toBe(true);
  });

  it('ends nothing because a table is empty', async () => {
    await track(5);
    await allPushed(5);
    await context.database.stream.deleteMany();
    await push.pushUpkeep();
    await push.reconcilePush({ dryRun: false, now: new Date() });
    await context.database.pushSubscription.deleteMany();
    await push.pushUpkeep();
    expect(await push.reconcilePush({ dryRun: false, now: new Date() })).toEqual([]);
    expect(sim.eventsub.subscriptions()).toHaveLength(10);
  });

  it('ends what is unfollowed or quarantined', async () => {
    const [one = '', two = ''] = await track(2);
    await allPushed(2);
    await context.database.stream.updateMany({ where: { identifier: one }, data: { guilds: 0 } });
    await context.database.stream.updateMany({ where: { identifier: two }, data: { quarantinedAt: new Date() } });
    await eventually(async () => {
      await push.pushUpkeep();
      expect(await context.database.pushSubscription.count()).toBe(0);
    });
    expect(sim.eventsub.subscriptions()).toEqual([]);
  });
});

describe('trust in pushes', () => {
  it('begins with one look at each key: what happened just before was not pushed, and its next poll is far off', async () => {
    const identifiers = await track(3);
    await allPushed(3);
    expect((await caughtUp()).sort()).toEqual(identifiers.sort());
    await push.pushUpkeep();
    expect(await caughtUp()).toHaveLength(3);
  });

  it('slows polls down and is taken back for two thousand keys without one request', async () => {
    const identifiers = await track(2_000);
    const rows = identifiers.flatMap((identifier) =>
      ['stream.online', 'stream.offline'].map((topic) => ({ platform: 'twitch', identifier, topic, state: 'active' })),
    );
    const { mark = '' } = push.adapters.get('twitch') ?? {};
    await context.database.pushSubscription.createMany({
      data: rows.map((row, at) => ({ ...row, mark, remoteId: String(at) })),
    });
    await tracking.align(identifiers.map((identifier) => ({ platform: 'twitch', identifier })));
    const interval = context.config.pollIntervalMs.twitch;
    const paces = async () =>
      new Set((await readSchedulers(context.redis, tracking.queues.twitch)).map(({ every }) => every));
    await push.pushUpkeep();
    expect(await paces()).toEqual(new Set([pollEvery(interval, 'net')]));
    await context.redis.del(PUSH_INGRESS);
    const far = Date.now() + pollEvery(interval, 'net');
    await context.redis.zadd(dueKey('twitch'), ...identifiers.flatMap((identifier) => [far, identifier]));
    await push.pushUpkeep();
    expect(await paces()).toEqual(new Set([pollEvery(interval, 'normal')]));
    // Due within an interval, and not all at once.
    const due = (await context.redis.zrange(dueKey('twitch'), '0', '-1', 'WITHSCORES'))
      .filter((_, at) => at % 2 === 1)
      .map(Number);
    expect(Math.max(...due)).toBeLessThanOrEqual(Date.now() + interval);
    expect(new Set(due.map((at) => Math.floor(at / (interval / 10)))).size).toBeGreaterThan(8);
    expect(sim.requests.count('twitch', 'streams')).toBe(0);
    expect(asked()).toBe(0);
  });

  it('ends for a key of which a poll found what was not pushed, and comes back with a new subscription', async () => {
    const [identifier = ''] = await track(1);
    await allPushed(1);
    const before = sim.eventsub.subscriptions().map(({ id }) => id);
    const minutes = (count: number) => new Date(Date.now() - count * 60_000);
    await context.database.pushSubscription.updateMany({ data: { confirmedAt: minutes(30) } });
    await context.database.change.create({
      data: {
        ...{
          platform: 'twitch',
          identifier,
          broadcastId: 'b',
          direction: 'online',
          lane: 'urgent',
          state: 'published',
        },
        ...{
          stream: {},
          happenedAt: minutes(5),
          recordedAt: minutes(4),
          dueAt: minutes(4),
          foundBy: 'poll',
          pushed: true,
        },
      },
    });
    await push.pushUpkeep();
    expect(await pushedKeys()).toBe(0);
    expect(await overview()).toMatchObject({ lastDay: { missedByPush: 1 }, pushed: 0 });
    await allPushed(1);
    const after = sim.eventsub.subscriptions().map(({ id }) => id);
    expect(after).toHaveLength(2);
    expect(after.filter((id) => before.includes(id))).toEqual([]);
  });
});
