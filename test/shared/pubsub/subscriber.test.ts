import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSubscriber, type Subscriber } from '../../../src/shared/pubsub/subscriber.ts';
import { eventually } from '../../support/eventually.ts';
import { silentLogger } from '../../support/outbox.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';

let server: TestRedis;
let publisher: Redis;
let subscriber: Subscriber;
let heard: [string, string][];
let since: number[];

beforeEach(async () => {
  server = await startRedis();
  publisher = new Redis(server.url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  publisher.on('error', () => undefined);
  [heard, since] = [[], []];
  subscriber = createSubscriber({
    redisUrl: server.url,
    channels: ['a', 'b'],
    onMessage: (channel, raw) => void heard.push([channel, raw.toString('hex')]),
    onSubscribing: (micros) => void since.push(micros),
    logger: silentLogger,
  });
});
afterEach(async () => {
  await subscriber.stop();
  publisher.disconnect();
  await server.stop();
});

test('it hears its channels, byte for byte, and no others', async () => {
  await subscriber.start();
  expect(subscriber.isSubscribed()).toBe(true);
  await publisher.publish('c', 'not for us');
  await publisher.publish('a', Buffer.from([0xff, 0x00, 0xe3]));
  await publisher.publish('b', 'x');
  await eventually(() =>
    expect(heard).toEqual([
      ['a', 'ff00e3'],
      ['b', '78'],
    ]),
  );
});

test('after every loss it subscribes again, and tells since when it hears', async () => {
  await subscriber.start();
  for (let loss = 1; loss <= 2; loss++) {
    await server.kill();
    await eventually(() => expect(subscriber.isSubscribed()).toBe(false));
    await server.restart();
    await eventually(() => expect(subscriber.isSubscribed()).toBe(true));
    await publisher.publish('a', 'x');
    await eventually(() => expect(heard).toHaveLength(loss));
  }
  expect(since).toHaveLength(3);
  expect(since.toSorted((a, b) => a - b)).toEqual(since);
});

test('a connection that Redis cuts is no end', async () => {
  await subscriber.start();
  await publisher.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  await eventually(() => expect(since).toHaveLength(2));
  await eventually(() => expect(subscriber.isSubscribed()).toBe(true));
  await publisher.publish('a', 'x');
  await eventually(() => expect(heard).toHaveLength(1));
});

test('it can be stopped twice, without a start, and while Redis is away', async () => {
  await subscriber.stop();
  await subscriber.start();
  await server.kill();
  await subscriber.stop();
  await subscriber.stop();
  expect(subscriber.isSubscribed()).toBe(false);
});
