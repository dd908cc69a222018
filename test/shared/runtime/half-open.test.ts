import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Lost, type Way, startProxy } from '../../../chaos/proxy.ts';
import { createFollowPublisher } from '../../../src/client/follow-publisher.ts';
import { createSubscriber } from '../../../src/shared/pubsub/subscriber.ts';
import { openDatabase } from '../../../src/shared/runtime/database.ts';
import { openRedis, openWaiting } from '../../../src/shared/runtime/redis.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { silentLogger } from '../../support/outbox.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';

/**
 * A connection whose other end is gone, without a word: a router that forgot it, a machine without power. Nothing that
 * is sent is ever refused, so only what never comes back shows it. All of these wait for it side by side.
 */
const LOSSES: readonly Lost[] = ['everything', 'requests', 'answers'];
const GUILD = '123456789012345678';

let redis: TestRedis;
let database: TestDatabase;
const undo: (() => unknown)[] = [];

beforeAll(async () => {
  [redis, database] = await Promise.all([startRedis(), createDatabase()]);
});
afterAll(async () => {
  for (const step of undo.reverse()) await step();
  await Promise.all([redis.stop(), database.drop()]);
});

/** The address of a server by way of a proxy that only the test at hand breaks. */
async function through(url: string): Promise<{ proxy: Way; url: string }> {
  const proxy = await startProxy(Number(new URL(url).port));
  undo.push(() => proxy.close());
  return { proxy, url: Object.assign(new URL(url), { port: String(proxy.port) }).href };
}

/** One after the other they would take minutes. */
function onEach(act: (lost: Lost) => Promise<void>): () => Promise<void> {
  return async () => void (await Promise.all(LOSSES.map(act)));
}

describe.concurrent('a connection whose other end is gone', () => {
  test(
    'a command is asked again on another one',
    onEach(async (lost) => {
      const { proxy, url } = await through(redis.url);
      const connection = openRedis(url, silentLogger);
      undo.push(() => connection.disconnect());
      await connection.set('key', 'value');
      proxy.swallow(lost);
      const asked = connection.get('key');
      await proxy.heal();
      expect(await asked).toBe('value');
    }),
  );

  test(
    'what waits for a job, as long as BullMQ waits at most, gets the next one on another one',
    onEach(async (lost) => {
      const { proxy, url } = await through(redis.url);
      const [connection, other] = [openWaiting(url, 'any', silentLogger), new Redis(redis.url)];
      undo.push(() => [connection, other].map((each) => each.disconnect()));
      await connection.ping();
      proxy.swallow(lost);
      const taken = connection.bzpopmin(`jobs ${lost}`, 10);
      await proxy.heal();
      await taken;
      await other.zadd(`jobs ${lost}`, 1, 'job');
      expect(await connection.bzpopmin(`jobs ${lost}`, 10)).not.toBeNull();
    }),
  );

  test(
    'a subscriber, which never has anything to say, hears again',
    onEach(async (lost) => {
      const { proxy, url } = await through(redis.url);
      const [heard, channel]: [string[], string] = [[], `channel ${lost}`];
      const onMessage = (_channel: string, raw: Buffer): void => void heard.push(raw.toString());
      const subscriber = createSubscriber({ redisUrl: url, channels: [channel], onMessage, logger: silentLogger });
      const publisher = new Redis(redis.url);
      undo.push(
        () => publisher.disconnect(),
        () => subscriber.stop(),
      );
      await subscriber.start();
      proxy.swallow(lost);
      await proxy.heal();
      await eventually(async () => {
        await publisher.publish(channel, 'a message');
        expect(heard).toContain('a message');
      });
    }),
  );

  test(
    'a shard says what it has to on another one',
    onEach(async (lost) => {
      const { proxy, url } = await through(redis.url);
      const directory = await mkdtemp(path.join(tmpdir(), 'tallylight-half-open-'));
      const publisher = createFollowPublisher({ redisUrl: url, directory, onProblem: () => undefined });
      const ears = new Redis(redis.url);
      undo.push(
        () => ears.disconnect(),
        () => publisher.close().then(() => rm(directory, { recursive: true })),
      );
      const heard: string[] = [];
      ears.on('message', (_channel, text) => void heard.push(text));
      await Promise.all([ears.subscribe('stream.follow'), publisher.start()]);
      await publisher.follow({ platform: 'twitch', streamKey: 'before', guildId: GUILD, channelId: GUILD });
      proxy.swallow(lost);
      const said = publisher.follow({
        platform: 'twitch',
        streamKey: `with_${lost}_lost`,
        guildId: GUILD,
        channelId: GUILD,
      });
      await proxy.heal();
      await said;
      await eventually(() => expect(publisher.waiting()).toBe(0));
      await eventually(() => expect(heard.join()).toContain(`with_${lost}_lost`));
    }),
  );

  test(
    'Postgres: what waits comes to an end, and the pool is whole again',
    onEach(async (lost) => {
      const { proxy, url } = await through(database.url);
      // One connection: no other one can answer in its place.
      const connection = openDatabase(url, 1);
      undo.push(() => connection.$disconnect());
      await connection.$queryRaw`SELECT 1`;
      const inTransaction = connection.$transaction(async (tx) => {
        await tx.$queryRaw`SELECT 1`;
        proxy.swallow(lost);
        await tx.$queryRaw`SELECT 2`;
      });
      await expect(inTransaction).rejects.toThrow();
      await proxy.heal();
      await eventually(() => connection.$queryRaw`SELECT 3`);
    }),
  );
});
