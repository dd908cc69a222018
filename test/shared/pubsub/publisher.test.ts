import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { eventKey, LIVE_KEY, LOG_KEY, ONLINE_CHANNEL, SEQUENCE_KEY } from '../../../src/shared/contracts/channels.ts';
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

it('counts anew on a replica that was promoted: what was said last may never have reached it', async () => {
  const master = createPublisher(redis);
  await master.publish(online('1'), known);
  const place = { ...known, sequence: '1' };
  const replica = await startRedis({ settings: [`masterauth ${new URL(server.url).password}`] });
  const promoted = new Redis(replica.url);
  await promoted.call('REPLICAOF', '127.0.0.1', server.port);
  await eventually(async () => expect(await promoted.get(SEQUENCE_KEY)).toBe('1'));
  await promoted.call('REPLICAOF', 'NO', 'ONE');

  const { publish, restore } = createPublisher(promoted);
  const event = online('2');
  expect(await publish(event, place)).toEqual({ kind: 'behind' });
  const { newEpoch } = await restore(place, [stream('1')]);
  expect(newEpoch).not.toBeNull();
  const anew = { epoch: newEpoch ?? '', sequence: '0' };
  expect(await publish(event, anew)).toEqual({ kind: 'published', place: { ...anew, sequence: '1' } });
  expect(await publish(online('3'), { ...anew, sequence: '1' })).toMatchObject({ kind: 'published' });
  expect(await restore({ ...anew, sequence: '2' }, ['1', '2', '3'].map(stream))).toEqual({
    newEpoch: null,
    repaired: [],
  });
  promoted.disconnect();
  await replica.stop();
});

it('goes on counting after a restart that lost nothing', async () => {
  const kept = await startRedis({ appendOnly: true });
  const own = new Redis(kept.url, { maxRetriesPerRequest: null });
  own.on('error', () => undefined);
  const { publish, restore } = createPublisher(own);
  const epoch = (await restore(null, [])).newEpoch ?? '';
  await publish(online('1'), { epoch, sequence: '0' });
  await kept.restart();
  expect(await publish(online('2'), { epoch, sequence: '1' })).toEqual({
    kind: 'published',
    place: { epoch, sequence: '2' },
  });
  own.disconnect();
  await kept.stop();
});
