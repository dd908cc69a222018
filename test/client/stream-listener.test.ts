import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createStreamListener,
  type Position,
  type PositionStore,
  type StreamChange,
  type StreamListener,
  type StreamListenerParts,
} from '../../src/client/index.ts';
import { LOG_KEY, ONLINE_CHANNEL } from '../../src/shared/contracts/channels.ts';
import { eventually } from '../support/eventually.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { createLog, type Log, stream } from './published.ts';

let server: TestRedis;
let redis: Redis;
let log: Log;
let told: string[];
let problems: string[];
let store: PositionStore & { saved: Position | null };
let running: StreamListener[];

beforeAll(async () => {
  server = await startRedis({ appendOnly: true });
  redis = new Redis(server.url, { maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  return async () => {
    redis.disconnect();
    await server.stop();
  };
});
beforeEach(async () => {
  await redis.flushall();
  log = createLog(redis);
  await log.restore();
  [told, problems, running] = [[], [], []];
  store = memoryStore();
});
afterEach(async () => {
  await Promise.all(running.map((listener) => listener.stop()));
});

/** Only what went through JSON, as any other store. */
function memoryStore(): typeof store {
  return {
    saved: null,
    load() {
      return Promise.resolve(this.saved);
    },
    save(position) {
      this.saved = JSON.parse(JSON.stringify(position)) as Position;
      return Promise.resolve();
    },
  };
}

const shown = ({ direction, streams, source }: StreamChange): string =>
  `${direction} ${streams.map(({ VideoId }) => VideoId).join('+')} ${source}`;

async function listen(options: Partial<StreamListenerParts> = {}): Promise<StreamListener> {
  const listener = createStreamListener({
    ...{ redisUrl: server.url, positions: store, checkMs: 60_000, retryMs: 50 },
    onChange: (change) => void told.push(shown(change)),
    onProblem: ({ message }) => void problems.push(message),
    ...options,
  } as StreamListenerParts);
  running.push(listener);
  await listener.start();
  return listener;
}

async function listening(options: Partial<StreamListenerParts> = {}): Promise<StreamListener> {
  const listener = await listen(options);
  await eventually(() => expect([listener.isSubscribed(), listener.position()]).toEqual([true, expect.anything()]));
  return listener;
}

describe('a first start', () => {
  it('tells nothing of what is live already, and everything from then on', async () => {
    await log.online('1');
    await listening();
    await log.online('2', '3');
    await log.offline('1');
    await eventually(() => expect(told).toEqual(['online 2+3 event', 'offline 1 event']));
  });

  it('tells what is live already when asked to', async () => {
    await log.online('1', '2');
    await listening({ tellLiveAtFirst: true });
    await log.offline('2');
    await eventually(() => expect(told).toEqual(['online 1+2 snapshot', 'offline 2 event']));
  });

  it('waits for Redis, and for Tallylight, when both come later', async () => {
    await server.kill();
    const listener = await listen();
    await server.restart({ empty: true });
    await eventually(() =>
      expect(problems).toContain('Redis has lost the log: waiting until Tallylight begins a new epoch'),
    );
    log.live.set('1', stream('1'));
    await log.restore();
    await eventually(() => expect(listener.position()).toMatchObject({ sequence: '0' }));
    await log.online('2');
    await eventually(() => expect(told).toEqual(['online 2 event']));
  });

  it('needs somebody to tell', async () => {
    const nobody = createStreamListener({ redisUrl: server.url, positions: store, onProblem: () => undefined });
    await expect(nobody.start()).rejects.toThrow('give onChange, onOnline or onOffline');
  });
});

describe('what happens meanwhile', () => {
  it('is told from the log after a restart, once and in order, in pages', async () => {
    await (await listening()).stop();
    for (let i = 0; i < 250; i += 1) await log.online(String(i));
    await listening();
    await eventually(() => expect(told).toHaveLength(250));
    await log.offline('7');
    await eventually(() => expect(told.at(-1)).toBe('offline 7 event'));
    expect(told.slice(0, 250)).toEqual(Array.from({ length: 250 }, (_, i) => `online ${i} event`));
  });

  it('is told after the connection was cut, again and again', async () => {
    await listening();
    const expected: string[] = [];
    for (let i = 0; i < 30; i += 1) {
      if (i % 5 === 2) await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      if (i % 5 === 4) await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await log.online(String(i));
      expected.push(`online ${i} event`);
    }
    await eventually(() => expect(told).toEqual(expected));
  });

  it('is told after Redis was away, with the data it kept', async () => {
    await listening();
    await log.online('1');
    await eventually(() => expect(told).toHaveLength(1));
    await redis.config('SET', 'appendfsync', 'always');
    await log.online('2');
    await server.kill();
    await server.restart();
    await log.online('3');
    await eventually(() => expect(told).toEqual(['online 1 event', 'online 2 event', 'online 3 event']));
  });

  it('is seen by the number of the next message when one was lost', async () => {
    await listening();
    await log.online('1');
    await eventually(() => expect(told).toHaveLength(1));
    await loseOne();
    await log.online('3');
    await eventually(() => expect(told).toEqual(['online 1 event', 'online 2 event', 'online 3 event']));
  });

  it('is found by asking when no message comes after the lost one', async () => {
    await listening({ checkMs: 50 });
    await log.online('1');
    await eventually(() => expect(told).toHaveLength(1));
    await loseOne();
    await eventually(() => expect(told).toEqual(['online 1 event', 'online 2 event']));
    expect(problems).toEqual([]);
  });

  it('is compared with the snapshot when the log does not reach back any more', async () => {
    await (await listening()).stop();
    await log.online('1');
    await listening();
    await eventually(() => expect(told).toHaveLength(1));
    await running.pop()?.stop();
    await log.online('2');
    await log.offline('1');
    await redis.xtrim(LOG_KEY, 'MAXLEN', 1);
    await listening();
    await eventually(() => expect(told).toEqual(['online 1 event', 'offline 1 snapshot', 'online 2 snapshot']));
    await log.offline('2');
    await eventually(() => expect(told.at(-1)).toBe('offline 2 event'));
  });
});

describe('a new epoch', () => {
  it('is noticed by the next message, and what differs is told', async () => {
    await listening();
    await log.online('1');
    await log.online('2');
    await eventually(() => expect(told).toHaveLength(2));
    await redis.flushall();
    log.live.delete('1');
    await log.restore();
    await log.online('3');
    await eventually(() => expect(told.slice(2)).toEqual(['offline 1 snapshot', 'online 3 snapshot']));
    await log.offline('2');
    await eventually(() => expect(told.at(-1)).toBe('offline 2 event'));
  });

  it('tells nobody twice what is published a second time in it', async () => {
    const listener = await listening();
    const eventId = await log.online('1');
    const off = await log.offline('1');
    await eventually(() => expect(told).toEqual(['online 1 event', 'offline 1 event']));
    await redis.flushall();
    const epoch = await log.restore();
    await log.say('online', [stream('1')], eventId);
    await log.say('offline', [stream('1')], off);
    await log.online('2');
    await eventually(() => expect(listener.position()).toMatchObject({ epoch, sequence: '3' }));
    expect(told.slice(2)).toEqual([expect.stringMatching(/^online 2 /)]);
  });

  it('is waited for while there is none, and nothing is taken for ended', async () => {
    const listener = await listening({ checkMs: 50 });
    await log.online('1');
    await eventually(() => expect(told).toHaveLength(1));
    await redis.flushall();
    await eventually(() => expect(problems.join()).toContain('waiting until Tallylight begins a new epoch'));
    const epoch = await log.restore();
    await eventually(() => expect(listener.position()?.epoch).toBe(epoch));
    expect(told).toHaveLength(1);
  });
});

describe('a callback', () => {
  it('that fails is called again with the same event, and nothing overtakes it', async () => {
    const ids: string[] = [];
    let failures = 3;
    await listening({
      onChange(change) {
        ids.push(change.eventId);
        if (failures-- > 0) throw new Error('Discord is away');
        told.push(shown(change));
      },
    });
    const first = await log.online('1');
    const second = await log.online('2');
    await eventually(() => expect(told).toEqual(['online 1 event', 'online 2 event']));
    expect(ids).toEqual([first, first, first, first, second]);
    expect(problems).toContain(`the callback for event ${first} failed, trying again`);
  });

  it('is called for its direction only', async () => {
    const [on, off]: [string[], string[]] = [[], []];
    await listening({
      ...{ onOnline: (change) => void on.push(shown(change)), onOffline: (change) => void off.push(shown(change)) },
      onChange: (change) => void told.push(shown(change)),
    });
    await log.online('1');
    await log.offline('1');
    await eventually(() => expect(told).toHaveLength(2));
    await eventually(() => expect([on, off]).toEqual([['online 1 event'], ['offline 1 event']]));
  });

  it('that runs while the shard stops is the last one, and its position is saved', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const listener = await listening({
      async onChange(change) {
        told.push(shown(change));
        await held;
      },
    });
    await log.online('1');
    await log.online('2');
    await eventually(() => expect(told).toHaveLength(1));
    const stopped = listener.stop();
    release();
    await stopped;
    expect(store.saved).toMatchObject({ sequence: '1' });
    await listening();
    await eventually(() => expect(told).toEqual(['online 1 event', 'online 2 event']));
  });

  it('that is slow meets a burst larger than what is held, and misses nothing', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await listening({
      async onChange(change) {
        told.push(shown(change));
        await held;
      },
    });
    for (let i = 0; i < 1_500; i += 1) await log.online(String(i));
    release();
    await eventually(() => expect(told).toEqual(Array.from({ length: 1_500 }, (_, i) => `online ${i} event`)));
  });
});

it('passes over what nobody can read, in the channel, the log and the snapshot, and says so', async () => {
  await (await listening()).stop();
  await log.online('1');
  await redis.multi().xadd(LOG_KEY, '2-0', 'event', '{"Streams":[').set('{streams}.sequence', '2').exec();
  await redis.hset('{streams}.live', 'twitch/x', '7');
  const listener = await listening();
  await redis.publish(ONLINE_CHANNEL, 'nonsense');
  await log.online('2');
  await eventually(() => expect(told).toEqual(['online 1 event', 'online 2 event']));
  expect(problems.join()).toContain('passed over entry 2-0');
  expect(Object.keys(listener.position()?.live ?? {})).toEqual(['twitch/1', 'twitch/2']);
});

it('reads every digit of fields that it does not know', async () => {
  const seen: unknown[] = [];
  const listener = await listening({ onChange: ({ streams }) => void seen.push(...streams) });
  const event = {
    ...{ Streams: [{ ...stream('1'), NewId: '@' }], IsOnline: true, Platform: 'twitch' },
    Timestamp: '2026-09-26T10:00:13.512Z',
    Metadata: { EventId: randomUUID(), Sequence: '1', Epoch: listener.position()?.epoch, SchemaVersion: 1 },
  };
  await redis.publish(ONLINE_CHANNEL, JSON.stringify(event).replace('"@"', '12345678901234567890'));
  await eventually(() => expect(seen).toEqual([{ ...stream('1'), NewId: '12345678901234567890' }]));
});

it('copies the options of a connection that it is given, and leaves the connection alone', async () => {
  const own = new Redis(server.url, { keyPrefix: 'bot:' });
  await listening({ redis: own } as Partial<StreamListenerParts>);
  await log.online('1');
  await eventually(() => expect(told).toEqual(['online 1 event']));
  expect(await own.ping()).toBe('PONG');
  own.disconnect();
});

/** Publishes an event whose message nobody hears: the log and the snapshot have it. */
async function loseOne(): Promise<void> {
  const last = (await redis.xrevrange(LOG_KEY, '+', '-', 'COUNT', 1))[0]?.[1][3] ?? '';
  const next = last.replace('"Sequence":"1"', '"Sequence":"2"').replace('"VideoId":"1"', '"VideoId":"2"');
  await redis
    .multi()
    .xadd(LOG_KEY, '2-0', 'channel', ONLINE_CHANNEL, 'event', next)
    .set('{streams}.sequence', '2')
    .hset('{streams}.live', 'twitch/2', JSON.stringify(stream('2')))
    .exec();
}
