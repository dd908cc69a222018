import { afterAll, beforeAll, expect } from 'vitest';
import { PLATFORMS, type Platform } from '../../src/shared/domain/platform.ts';
import type { StreamKey } from '../../src/shared/domain/stream-key.ts';
import { dueKey, inFlightKey } from '../../src/shared/queues/keys.ts';
import { QUEUE_NAMES } from '../../src/shared/queues/names.ts';
import { openConnection } from '../../src/shared/redis/open-connection.ts';
import { type ClientShard, startClientShard } from './client-shard.ts';
import { type Cluster, startClusterOn } from './cluster.ts';
import { eventually } from './eventually.ts';
import type { RedisServers } from './redis-servers.ts';

const [GUILD, CHANNEL] = ['1234567890123456789', '9876543210987654321'];

/** TwitCasting answers 60 requests a minute and X 300 in a quarter of an hour: with more the intervals would be stretched. */
const SPARING = { POLL_INTERVAL_TWITCASTING: '5s', POLL_INTERVAL_TWITTER: '5s' };

/** What doctor says of Redis, and of who is connected to it. */
const OF_SERVERS = ['servers', 'memory', 'persistence', 'clocks', 'processes'];

/** What a test file has of several servers while its tests run. */
export interface SeveralServers<R extends RedisServers> {
  redis(): R;
  trials(): Trials;
}

/** Starts the servers, two processes and a shard on them before the tests of this file, and ends them all after them. */
export function useSeveralServers<R extends RedisServers>(start: () => Promise<R>): SeveralServers<R> {
  let running: { readonly cluster: Cluster<R>; readonly shard: ClientShard; readonly trials: Trials } | undefined;
  const undo: (() => unknown)[] = [];

  beforeAll(async () => {
    const cluster = await startClusterOn(start);
    undo.push(() => cluster.stop());
    const shard = await startClientShard({ redisUrl: cluster.redis.as.shard });
    undo.push(() => shard.stop());
    const trials = createTrials(cluster, shard);
    undo.push(() => trials.close());
    running = { cluster, shard, trials };
    await Promise.all([cluster.run('all', SPARING), cluster.run('listen poll flush', SPARING)]);
  });
  afterAll(async () => {
    for (const step of undo.reverse()) await step();
  });

  const started = () => {
    if (!running) throw new Error('the servers have not been started');
    return running;
  };
  return { redis: () => started().cluster.redis, trials: () => started().trials };
}

/** What must hold whatever Redis consists of. */
function createTrials<R extends RedisServers>(cluster: Cluster<R>, shard: ClientShard) {
  const { world, requests } = cluster.sim;
  const redis = openConnection(cluster.redis.as.admin, { maxRetriesPerRequest: null });
  redis.on('error', () => undefined); // servers are killed
  const asked = (key: StreamKey): number =>
    requests.recent(key.platform).filter(({ ids }) => ids.includes(key.identifier)).length;
  const told = (key: StreamKey, ...what: string[]): Promise<void> =>
    eventually(() => expect(shard.toldOf(key)).toEqual(what));

  /** A streamer whom the shard follows and who was looked at. */
  async function followed(platform: Platform): Promise<StreamKey> {
    const { identifier } = world.addStreamer({ platform });
    await shard.publisher.follow({ platform, streamKey: identifier, guildId: GUILD, channelId: CHANNEL });
    await eventually(() => expect(asked({ platform, identifier })).toBeGreaterThan(0));
    return { platform, identifier };
  }

  /** No look can begin any more, and none is under way. */
  async function unfollowed(key: StreamKey): Promise<void> {
    const { platform, identifier } = key;
    await shard.publisher.unfollow({ platform, streamKey: identifier, guildId: GUILD });
    for (const list of [dueKey(platform), inFlightKey(platform)]) {
      await eventually(async () => expect(await redis.zscore(list, identifier)).toBeNull());
    }
  }

  async function lookedAtAgain(key: StreamKey): Promise<void> {
    const before = asked(key);
    await eventually(() => expect(asked(key)).toBeGreaterThan(before + 1));
  }

  async function wholeWay(platform: Platform): Promise<void> {
    const [key, other] = [await followed(platform), await followed(platform)];
    const { id } = world.goLive(platform, key.identifier);
    await told(key, `online ${id}`);
    world.end(platform, id);
    await told(key, `online ${id}`, `offline ${id}`);
    await unfollowed(key);
    const last = asked(key);
    await lookedAtAgain(other);
    expect([platform, asked(key)]).toEqual([platform, last]);
    await unfollowed(other);
  }

  return {
    /** On every platform: followed, online once, offline once, and asked for no more once nobody follows it. */
    async wholeWays(): Promise<void> {
      await Promise.all(PLATFORMS.map(wholeWay));
    },

    /** Whatever begins and ends while a server dies and another one takes over is told once, and everything goes on. */
    async surviving(kill: () => Promise<unknown>): Promise<void> {
      const ending = await Promise.all(PLATFORMS.map(followed));
      const beginning = await Promise.all(PLATFORMS.map(followed));
      const ends = ending.map(({ platform, identifier }) => world.goLive(platform, identifier).id);
      await Promise.all(ending.map((key, at) => told(key, `online ${ends[at]}`)));

      const killed = kill();
      for (const [at, { platform }] of ending.entries()) world.end(platform, ends[at] ?? '');
      const begins = beginning.map(({ platform, identifier }) => world.goLive(platform, identifier).id);
      const late = await Promise.all(PLATFORMS.map(followed));
      await killed;

      await Promise.all(ending.map((key, at) => told(key, `online ${ends[at]}`, `offline ${ends[at]}`)));
      await Promise.all(beginning.map((key, at) => told(key, `online ${begins[at]}`)));
      await Promise.all([...beginning, ...late].map(lookedAtAgain));
      const afterwards = late.map(({ platform, identifier }) => world.goLive(platform, identifier).id);
      await Promise.all(late.map((key, at) => told(key, `online ${afterwards[at]}`)));
      expectOneEventEach();
      await Promise.all([...ending, ...beginning, ...late].map(unfollowed));
    },

    /** What the commands say, and do. */
    async commands(): Promise<void> {
      const key = await followed('twitch');
      const { id } = world.goLive('twitch', key.identifier);
      await told(key, `online ${id}`);
      const { Queues } = (await read('status')) as { Queues: { Name: string }[] };
      expect(Queues.map(({ Name }) => Name)).toEqual(QUEUE_NAMES);
      expect(JSON.stringify(await read('list'))).toContain(key.identifier);
      await eventually(async () => expect(await read('reconcile')).toEqual([]));
      await cluster.tell(['replay', '--from', '10m', '--platform', 'twitch']);
      await eventually(() => {
        const repeats = cluster.heard.filter((one) => one.id === id && one.event.Metadata.Repeat);
        expect(repeats.map(({ direction }) => direction)).toEqual(['online']);
      });
      expect(shard.toldOf(key)).toEqual([`online ${id}`]);
      await eventually(async () => {
        const { findings } = (await read('doctor')) as { findings: { level: string; check: string; what: string }[] };
        // How far a busy machine is behind is not what this is about.
        const ofServers = findings.filter(({ check }) => OF_SERVERS.includes(check));
        expect(new Set(ofServers.map(({ check }) => check))).toEqual(new Set(OF_SERVERS));
        expect(ofServers.filter(({ level }) => level !== 'ok')).toEqual([]);
      });
      await unfollowed(key);
    },

    close: () => redis.disconnect(),
  };

  async function read(command: string): Promise<unknown> {
    return JSON.parse(await cluster.tell([command, '--json']));
  }

  /** A repeat on the wire carries the id of the event that it repeats. */
  function expectOneEventEach(): void {
    const events = new Map<string, Set<unknown>>();
    for (const { direction, id, event } of cluster.heard) {
      const name = `${direction} ${id}`;
      events.set(name, (events.get(name) ?? new Set()).add(event.EventId));
    }
    expect([...events].filter(([, ids]) => ids.size > 1).map(([name]) => name)).toEqual([]);
  }
}

export type Trials = ReturnType<typeof createTrials>;
