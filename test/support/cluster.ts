import type { Socket } from 'node:net';
import type { Redis } from 'ioredis';
import { expect } from 'vitest';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/simulator.ts';
import {
  FOLLOW_CHANNEL,
  HEARD_PREFIX,
  LOG_KEY,
  OFFLINE_CHANNEL,
  ONLINE_CHANNEL,
  UNFOLLOW_CHANNEL,
} from '../../src/shared/contracts/channels.ts';
import { type StatusEvent, statusEvent } from '../../src/shared/contracts/status-events.ts';
import type { StreamKey } from '../../src/shared/domain/stream-key.ts';
import { openConnectionAt } from '../../src/shared/redis/open-connection.ts';
import { createDatabase, type TestDatabase } from './database.ts';
import { eventually } from './eventually.ts';
import { type Environment, spawnTallylight, type Tallylight } from './processes.ts';
import { startRedis, type TestRedis } from './redis.ts';
import type { RedisServers } from './redis-servers.ts';
import { expectNothingRefused } from './refusals.ts';

/** One stream of one event, as a shard heard it. */
export interface Heard {
  readonly direction: 'online' | 'offline';
  readonly platform: string;
  readonly key: string;
  readonly id: string;
  readonly event: StatusEvent;
}

/** Servers of its own, the four simulated platforms, a shard that listens, and processes of the product on top. */
export interface Cluster<R extends RedisServers = TestRedis> {
  /** After a restart the shard hears again. */
  readonly redis: R;
  readonly database: TestDatabase;
  readonly sim: Simulator;
  /** Everything that the shard has heard, in order. */
  readonly heard: Heard[];
  /** Starts `tallylight run <roles>` and resolves when it is ready. */
  run(roles: string, env?: Environment): Promise<Tallylight>;
  /** What a command prints. */
  tell(args: readonly string[], env?: Environment): Promise<string>;
  /** Publishes as the C# bot does: ids as bare numbers. Resolves when somebody has heard it. */
  follow(key: StreamKey, guildId?: string, metadata?: object): Promise<void>;
  unfollow(key: StreamKey, guildId?: string): Promise<void>;
  /** `online <id>` and `offline <id>` of one key, in the order heard. */
  heardOf(key: StreamKey): string[];
  stop(): Promise<void>;
}

/** Quick enough for a test, in the proportions of the defaults. */
const LIVELY: Environment = {
  POLL_INTERVAL_YOUTUBE: '1s',
  POLL_INTERVAL_TWITCH: '1s',
  POLL_INTERVAL_TWITTER: '2s',
  POLL_INTERVAL_TWITCASTING: '2s',
  OFFLINE_GRACE_TWITCH: '3s',
  OFFLINE_GRACE_TWITCASTING: '2s',
  BATCH_INTERVAL: '1s',
  URGENT_INTERVAL: '200ms',
  HTTP_PORT: '0',
  LOG_LEVEL: 'info',
};

export function startCluster(options: SimulatorOptions = {}): Promise<Cluster> {
  const start = () => startRedis({ appendOnly: true });
  return startClusterOn(start, options, (server, shard) => ({
    ...server,
    async restart(how) {
      await server.restart(how);
      await hears(shard, server.url);
    },
  }));
}

/** @param startServers whatever is to be the Redis of it; stopped with it. @param asUsed what the test sees of them */
export async function startClusterOn<R extends RedisServers>(
  startServers: () => Promise<R>,
  options: SimulatorOptions = {},
  asUsed: (servers: R, shard: Redis) => R = (redis) => redis,
): Promise<Cluster<R>> {
  const [started, database, sim] = await Promise.all([startServers(), createDatabase(), startSimulator(options)]);
  const servers = { REDIS_URL: started.as.tallylight, DATABASE_URL: database.as.tallylight };
  const [publisher, shard] = [quiet(started.as.shard, HEARD_PREFIX), quiet(started.as.shard, LOG_KEY)];
  const heard: Heard[] = [];
  shard.on('message', (_channel, text) => heard.push(...read(text)));
  await shard.subscribe(ONLINE_CHANNEL, OFFLINE_CHANNEL);
  const redis = asUsed(started, shard);
  const running: Tallylight[] = [];

  async function run(roles: string, env: Environment = {}): Promise<Tallylight> {
    const process = spawnTallylight(['run', ...roles.split(' ')], { ...servers, ...sim.env(), ...LIVELY, ...env });
    running.push(process);
    await process.waitFor(/"msg":"ready"/);
    return process;
  }

  return {
    ...{ redis, database, sim, heard, run },
    async tell(args, env = {}) {
      const process = spawnTallylight(args, { ...servers, ...sim.env(), ...LIVELY, ...env, NO_COLOR: '1' });
      await process.exited;
      return process.stdout();
    },
    async follow(key, guildId = '1234567890123456789', metadata) {
      const channel = '"channel_id":9876543210987654321,';
      await say(publisher, FOLLOW_CHANNEL, message(key, guildId, channel, metadata));
    },
    async unfollow(key, guildId = '1234567890123456789') {
      await say(publisher, UNFOLLOW_CHANNEL, message(key, guildId, ''));
    },
    heardOf: (key) =>
      heard
        .filter((one) => one.platform === key.platform && one.key === key.identifier)
        .map((one) => `${one.direction} ${one.id}`),
    async stop() {
      await Promise.all(running.map((process) => process.end('SIGKILL')));
      for (const connection of [publisher, shard]) connection.disconnect();
      await sim.stop();
      for (const url of redis.nodeUrls()) await expectNothingRefused(url);
      await redis.stop();
      await database.drop();
    },
  };
}

/** As a bot has to: what nobody has heard is lost, and is said again. */
async function say(publisher: Redis, channel: string, text: string): Promise<void> {
  await eventually(async () => expect(await publisher.publish(channel, text)).toBeGreaterThan(0));
}

/** Resolves when Redis has both subscriptions of this connection. */
async function hears(subscriber: Redis, url: string): Promise<void> {
  const admin = quiet(url, LOG_KEY);
  await eventually(async () => {
    const subscribers = String(await admin.call('CLIENT', 'LIST', 'TYPE', 'PUBSUB')).split('\n');
    const { localPort } = subscriber.stream as Socket;
    expect(subscribers.find((line) => line.includes(` addr=127.0.0.1:${localPort} `))).toContain(' sub=2 ');
  });
  admin.disconnect();
}

function message({ platform, identifier }: StreamKey, guildId: string, channel: string, metadata?: object): string {
  const at = new Date().toISOString().replace('Z', '1564Z');
  return `{"platform":"${platform}","stream_key":"${identifier}","guild_id":${guildId},${channel}"user_id":42,"timestamp":"${at}","metadata":${JSON.stringify(metadata ?? null)}}`;
}

function read(text: string): Heard[] {
  const event = statusEvent.parse(JSON.parse(text));
  return event.Streams.map((stream) => ({
    direction: event.IsOnline ? 'online' : 'offline',
    platform: stream.Platform,
    key: stream.ChannelId,
    id: stream.VideoId,
    event,
  }));
}

function quiet(url: string, key: string): Redis {
  const redis = openConnectionAt(url, key, { maxRetriesPerRequest: null, retryStrategy: () => 100 });
  redis.on('error', () => undefined);
  return redis;
}
