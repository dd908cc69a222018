import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Platform } from '../../src/shared/domain/platform.ts';
import type { StreamKey } from '../../src/shared/domain/stream-key.ts';
import { type Database, openDatabase } from '../../src/shared/runtime/database.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import type { Tallylight } from '../support/processes.ts';

/** What the environment of the processes says: so long that nothing of this happens unless a setting comes before it. */
const ENV = { POLL_INTERVAL_TWITCH: '1h', OFFLINE_GRACE_TWITCH: '1h', LANE_ONLINE: 'urgent' };
const HOUR_MS = 3_600_000;

let cluster: Cluster;
let redis: Redis;
let database: Database;
let first: Tallylight;
let second: Tallylight;
const keys: StreamKey[] = [];

beforeAll(async () => {
  cluster = await startCluster();
  redis = new Redis(cluster.redis.url);
  database = openDatabase(cluster.database.url, 1);
  first = await cluster.run('listen poll', ENV);
  second = await cluster.run('sync flush poll', ENV);
  for (let i = 0; i < 5; i += 1) {
    const { identifier } = cluster.sim.world.addStreamer({ platform: 'twitch' });
    keys.push({ platform: 'twitch', identifier });
  }
  for (const key of keys) await cluster.follow(key);
  await eventually(() => expect(Math.min(...counts())).toBeGreaterThan(0));
});

afterAll(async () => {
  redis?.disconnect();
  await database?.$disconnect();
  await cluster?.stop();
});

/** How often each key was looked at. */
const counts = (): number[] =>
  keys.map(
    ({ identifier }) => cluster.sim.requests.recent('twitch').filter(({ ids }) => ids.includes(identifier)).length,
  );

/** Waits until each key was looked at so many times more. */
async function looks(times: number): Promise<void> {
  const before = counts();
  await eventually(() => {
    const least = before.map((count) => count + times);
    expect(counts().filter((count, i) => count < (least[i] ?? 0))).toEqual([]);
  });
}

/** The intervals (ms) of the schedulers of all keys. */
const intervals = (): Promise<(string | null)[]> =>
  Promise.all(
    keys.map(({ identifier }) =>
      redis.hget(`tallylight:{poll-twitch}:poll-twitch:repeat:twitch/${identifier}`, 'every'),
    ),
  );

const allAt = (ms: number) => eventually(async () => expect(await intervals()).toEqual(keys.map(() => String(ms))));

const set = (name: string, value: string): Promise<string> => cluster.tell(['settings', 'set', name, value]);
const unset = (name: string): Promise<string> => cluster.tell(['settings', 'unset', name]);

/** Somebody new goes live, and is heard. */
async function newlyLive(platform: Platform): Promise<void> {
  const { identifier } = cluster.sim.world.addStreamer({ platform });
  const { id } = cluster.sim.world.goLive(platform, identifier);
  await cluster.follow({ platform, identifier });
  await eventually(() => expect(cluster.heardOf({ platform, identifier })).toEqual([`online ${id}`]));
}

/** That a process goes by another value from here on; it may see several that changed at once. */
const saying = (name: string): RegExp => new RegExp(`"changed":\\[[^\\]]*"${name}"`);

/** Both processes have said something since. */
async function bothSay(pattern: RegExp, act: () => Promise<unknown>): Promise<void> {
  const count = (process: Tallylight): number =>
    process
      .stdout()
      .split('\n')
      .filter((line) => pattern.test(line)).length;
  const before = [first, second].map(count);
  await act();
  await eventually(() => {
    expect([first, second].filter((process, i) => count(process) <= (before[i] ?? 0))).toEqual([]);
  });
}

describe('a setting that is changed while processes run', () => {
  it('gives schedulers and polls their new pace in every process, and unset gives the old one back', async () => {
    await allAt(HOUR_MS);
    await bothSay(saying('POLL_INTERVAL_TWITCH'), () => set('POLL_INTERVAL_TWITCH', '1s'));
    await allAt(1_000);
    await looks(6); // an hour's due time, left by either process, would end this
    await unset('POLL_INTERVAL_TWITCH');
    await allAt(HOUR_MS);
    await set('POLL_INTERVAL_TWITCH', '1s');
    await looks(2);
  });

  it('moves lanes and grace', async () => {
    const [key] = keys as [StreamKey];
    await bothSay(saying('LANE_ONLINE'), () => set('LANE_ONLINE', 'normal,youtube=urgent'));
    await bothSay(saying('OFFLINE_GRACE_TWITCH'), () => set('OFFLINE_GRACE_TWITCH', '0s'));
    const { id } = cluster.sim.world.goLive('twitch', key.identifier);
    await eventually(() => expect(cluster.heardOf(key)).toEqual([`online ${id}`]));
    expect(await database.change.findFirst({ where: { broadcastId: id } })).toMatchObject({ lane: 'normal' });
    cluster.sim.world.end('twitch', id);
    await eventually(() => expect(cluster.heardOf(key)).toEqual([`online ${id}`, `offline ${id}`]));
  });

  it('shows debug lines in processes that run, and no more of them when it is unset', async () => {
    await bothSay(/"level":"debug"/, () => set('LOG_LEVEL', 'debug'));
    await bothSay(saying('LOG_LEVEL'), () => unset('LOG_LEVEL'));
    const quiet = [first, second].map((one) => one.stdout().match(/"level":"debug"/g)?.length);
    await looks(2);
    expect([first, second].map((one) => one.stdout().match(/"level":"debug"/g)?.length)).toEqual(quiet);
  });

  it('outlives an emptied Redis, an outage of Postgres, and the processes', async () => {
    await redis.flushall();
    await allAt(1_000);
    await bothSay(/"settings cannot be read/, () => cluster.database.away(true));
    await bothSay(/"settings can be read again"/, () => cluster.database.away(false));
    await allAt(1_000);
    await looks(2);
    await Promise.all([first.end('SIGKILL'), second.end('SIGKILL')]);
    first = await cluster.run('listen poll', ENV);
    second = await cluster.run('sync flush poll', ENV);
    await looks(3);
    expect(await intervals()).toEqual(keys.map(() => '1000'));
    await set('POLL_INTERVAL_TWITCH', '2s');
    await allAt(2_000);
  });

  it('moves the size of events, how old a beginning may be, and how often everything is compared', async () => {
    const [old, ...others] = keys as [StreamKey, ...StreamKey[]];
    const reconciles = () => redis.hget('tallylight:{upkeep}:upkeep:repeat:reconcile', 'every');
    await eventually(async () => expect(await reconciles()).toBe('600000'));
    const values = { BATCH_MAX_STREAMS: '1', STATE_SYNC_INTERVAL: '15m', ANNOUNCE_MAX_AGE: '5m' };
    for (const [name, value] of Object.entries(values)) {
      await bothSay(saying(name), () => set(name, value));
    }
    await eventually(async () => expect(await reconciles()).toBe('900000'));

    const [silent, ...told] = [old, ...others].map(({ identifier }, i) =>
      cluster.sim.world.goLive('twitch', identifier, {
        startedAt: new Date(Date.now() - (i === 0 ? 10 : 1) * 60_000),
      }),
    );
    await eventually(() => {
      const news = others.map((key) => cluster.heardOf(key).at(-1));
      expect(news).toEqual(told.map(({ id }) => `online ${id}`));
    });
    await eventually(async () => {
      const change = await database.change.findFirst({ where: { broadcastId: silent?.id ?? '' } });
      expect(change).toMatchObject({ state: 'suppressed', publishedAt: null });
    });
    const sizes = cluster.heard.filter(({ id }) => told.some((one) => one.id === id)).map(({ event }) => event.Streams);
    expect(sizes.map(({ length }) => length)).toEqual(told.map(() => 1));
    for (const name of ['BATCH_MAX_STREAMS', 'STATE_SYNC_INTERVAL', 'ANNOUNCE_MAX_AGE']) await unset(name);
    await eventually(async () => expect(await reconciles()).toBe('600000'));
  });

  it('moves how far apart events of a platform leave', async () => {
    const left = (): Promise<number> => redis.pttl('{streams}.slot:twitch');
    await bothSay(saying('URGENT_INTERVAL'), () => set('URGENT_INTERVAL', '1m'));
    await newlyLive('twitch');
    expect(await left()).toBeGreaterThan(1_000); // the environment says a fifth of a second
    await bothSay(saying('URGENT_INTERVAL'), () => unset('URGENT_INTERVAL'));
    await redis.del('{streams}.slot:twitch');
    await newlyLive('twitch');
    expect(await left()).toBeLessThanOrEqual(200);
  });

  it('moves the units of a day, and YouTube is asked again that had to rest until midnight without them', async () => {
    await newlyLive('youtube'); // it is looked at again and again, and each look costs a unit
    await bothSay(saying('YOUTUBE_DAILY_UNITS'), () => set('YOUTUBE_DAILY_UNITS', '1'));
    await eventually(async () => expect(await redis.get('tallylight:{poll-youtube}:rest')).toMatch(/units" \(1\)/));
    await bothSay(saying('YOUTUBE_DAILY_UNITS'), () => unset('YOUTUBE_DAILY_UNITS'));
    await newlyLive('youtube');
  });
});
