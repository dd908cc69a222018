import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { eventKey, LIVE_KEY, LOG_KEY, ONLINE_CHANNEL } from '../../../src/shared/contracts/channels.ts';
import {
  type EventPlace,
  type StreamData,
  statusEvent,
  streamData,
} from '../../../src/shared/contracts/status-events.ts';
import { createPublisher } from '../../../src/shared/pubsub/publisher.ts';
import { eventIds } from '../../../src/shared/runtime/event-id.ts';
import { eventually } from '../../support/eventually.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';

let server: TestRedis;
let redis: Redis;
let known: EventPlace;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});

beforeEach(async () => {
  await redis.flushall();
  known = { epoch: (await createPublisher(redis).restore(null, [])).newEpoch ?? '', sequence: '0' };
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

function stream(id: string): StreamData {
  const required = { VideoId: id, ChannelId: 'c', ChannelTitle: 'C', VideoTitle: 'T', Platform: 'twitch' };
  return streamData.parse({ ...required, ScheduledStartTime: '2026-09-26T10:00:00Z' });
}

function online(...ids: string[]) {
  const at = new Date('2026-09-26T10:00:13.512Z');
  const [eventId = ''] = eventIds(at, 1);
  return { eventId, platform: 'twitch', direction: 'online', at, streams: ids.map(stream) } as const;
}

it('tells subscribers, the log and the snapshot the same, byte for byte', async () => {
  const shard = new Redis(server.url);
  const heard: string[] = [];
  shard.on('message', (_channel, message) => heard.push(message));
  await shard.subscribe(ONLINE_CHANNEL);
  const result = await createPublisher(redis).publish(online('1', '2'), known);
  expect(result).toEqual({ kind: 'published', place: { epoch: known.epoch, sequence: '1' } });
  await eventually(() => expect(heard).toHaveLength(1));
  shard.disconnect();
  expect(await redis.xrange(LOG_KEY, '-', '+')).toEqual([['1-0', ['channel', ONLINE_CHANNEL, 'event', heard[0]]]]);
  expect(await redis.hget(LIVE_KEY, 'twitch/2')).toBe(JSON.stringify(stream('2')));
  expect(statusEvent.parse(JSON.parse(heard[0] ?? '')).Streams).toEqual([stream('1'), stream('2')]);
});

it('says nothing twice, and under which number it said it', async () => {
  const { publish } = createPublisher(redis);
  const event = online('1');
  await publish(event, known);
  await publish(online('2'), known);
  expect(await publish(event, known)).toEqual({ kind: 'repeated', place: { epoch: known.epoch, sequence: '1' } });
  expect(await redis.xlen(LOG_KEY)).toBe(2);
  expect(await redis.ttl(eventKey(event.eventId))).toBeGreaterThan(23 * 3600);
});

it('publishes nothing into a Redis that holds less than the tables know of', async () => {
  const { publish } = createPublisher(redis);
  expect(await publish(online('1'), null)).toEqual({ kind: 'behind' });
  expect(await publish(online('1'), { ...known, epoch: 'another' })).toEqual({ kind: 'behind' });
  expect(await publish(online('1'), { ...known, sequence: '1' })).toEqual({ kind: 'behind' });
  expect(await redis.exists(LOG_KEY, LIVE_KEY)).toBe(0);
});

it('changes nothing at all when Redis has no room', async () => {
  const { publish } = createPublisher(redis);
  await publish(online('1'), known);
  await redis.config('SET', 'maxmemory', '1');
  await expect(publish(online('2'), known)).rejects.toThrow('OOM');
  await redis.config('SET', 'maxmemory', '0');
  expect([await redis.get('{streams}.sequence'), await redis.xlen(LOG_KEY), await redis.hlen(LIVE_KEY)]).toEqual([
    '1',
    1,
    1,
  ]);
  expect(await publish(online('2'), known)).toMatchObject({ place: { sequence: '2' } });
});

it('counts on where other languages would begin to write exponents', async () => {
  await redis.set('{streams}.sequence', '999999999999999');
  const result = await createPublisher(redis).publish(online('1'), { ...known, sequence: '999999999999999' });
  expect(result).toMatchObject({ place: { sequence: '1000000000000000' } });
});

it('keeps the log from growing without end', async () => {
  await redis.set('{streams}.sequence', '20000');
  const entries = redis.pipeline();
  for (let i = 1; i <= 20_000; i += 1) entries.xadd(LOG_KEY, `${i}-0`, 'event', '{}');
  await entries.exec();
  await createPublisher(redis).publish(online('1'), known);
  expect(await redis.xlen(LOG_KEY)).toBeLessThan(10_200);
});

it('keeps everything it writes in one slot of a cluster', async () => {
  const event = online('1');
  await createPublisher(redis).publish(event, known);
  const keys = await redis.keys('*');
  expect(keys).toContain(eventKey(event.eventId));
  expect(keys.filter((key) => !key.startsWith('{streams}.'))).toEqual([]);
});
