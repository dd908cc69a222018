import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFollowListener, type FollowListener } from '../../src/producers/follow-listener.ts';
import { type AnyWish, createHandOn } from '../../src/producers/hand-on.ts';
import type { KeyWish } from '../../src/shared/domain/follow.ts';
import { type RefusedFollow, UNLIMITED } from '../../src/shared/domain/follow-limits.ts';
import type { StreamKey } from '../../src/shared/domain/stream-key.ts';
import { systemClock } from '../../src/shared/runtime/clock.ts';
import { createMetrics } from '../../src/shared/runtime/metrics.ts';
import { createNameStore } from '../../src/shared/store/name-store.ts';
import { createRejectStore } from '../../src/shared/store/reject-store.ts';
import { openTracking, type TrackingProcess } from '../support/core.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { silentLogger } from '../support/outbox.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let server: TestRedis;
let home: TestDatabase;
let publisher: Redis;
let tracking: TrackingProcess;
let listeners: FollowListener[];

beforeEach(async () => {
  [server, home] = await Promise.all([startRedis(), createDatabase()]);
  publisher = new Redis(server.url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  publisher.on('error', () => undefined);
  tracking = openTracking({ databaseUrl: home.url, redisUrl: server.url }, 8);
  listeners = [];
});

afterEach(async () => {
  await Promise.all(listeners.map((listener) => listener.stop()));
  publisher.disconnect();
  await tracking.close();
  await Promise.all([server.stop(), home.drop()]);
});

type Apply = (wishes: readonly KeyWish[]) => Promise<unknown>;

/** A listener as a process has it; `apply` takes the place of the tables. */
async function listen(apply: Apply = tracking.applyWishes, room: { roomBytes?: number } = {}) {
  const metrics = createMetrics();
  const parts = { clock: systemClock, logger: silentLogger, metrics, redis: tracking.redis, redisUrl: server.url };
  const asked: string[] = [];
  const handOn = createHandOn({
    ...parts,
    names: createNameStore(tracking.database),
    applyWishes: async (wishes) => ((await apply(wishes)) as RefusedFollow<StreamKey>[] | undefined) ?? [],
    limits: () => UNLIMITED,
    resolveSoon: async (platform) => void asked.push(platform),
  });
  const pace = { rate: () => 1_000, burst: () => 100_000 };
  const rejects = createRejectStore(tracking.database);
  const listener = createFollowListener({ ...parts, ...room, ...pace, handOn, rejects });
  listeners.push(listener);
  await listener.start();
  return { listener, metrics, asked };
}

/** Applies nothing, and remembers what it was given. */
function createRecorder() {
  const heard: AnyWish[] = [];
  return { heard, apply: async (wishes: readonly KeyWish[]) => void heard.push(...wishes) };
}

function follow(over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    platform: 'twitch',
    stream_key: '100',
    guild_id: '1',
    channel_id: '10',
    timestamp: null,
    metadata: null,
    ...over,
  };
}

async function publish(event: unknown, channel = 'stream.follow'): Promise<void> {
  await publisher.publish(channel, typeof event === 'string' || Buffer.isBuffer(event) ? event : JSON.stringify(event));
}

const follows = () => tracking.database.follow.findMany({ orderBy: [{ guildId: 'asc' }, { channelId: 'asc' }] });
const rejects = () => createRejectStore(tracking.database).list(1_000);

test('a follow becomes a row with all its digits, and an unfollow takes it away', async () => {
  await listen();
  await publish(
    '{"platform":"youtube","stream_key":"yt_channel:UC81tUN0Ljo_kr7CYSgcNPXQ","guild_id":18446744073709551615,"channel_id":1096483912345678901,"user_id":null,"timestamp":"2026-09-26T10:00:43.1564881Z","metadata":{"priority":"urgent"}}',
  );
  const [row] = await eventually(async () => {
    const rows = await follows();
    expect(rows).toHaveLength(1);
    return rows;
  });
  expect(row).toMatchObject({
    identifier: 'UC81tUN0Ljo_kr7CYSgcNPXQ',
    guildId: '18446744073709551615',
    channelId: '1096483912345678901',
    priority: 'urgent',
    source: 'event',
  });
  await publish(
    '{"platform":"youtube","stream_key":"UC81tUN0Ljo_kr7CYSgcNPXQ","guild_id":18446744073709551615,"timestamp":"2026-09-26T10:00:43.1564890Z"}',
    'stream.unfollow',
  );
  await eventually(async () => expect(await follows()).toEqual([]));
});

describe('three listeners at once', () => {
  test('have the effect of one, with timestamps and without', async () => {
    await Promise.all([listen(), listen(), listen()]);
    for (let round = 0; round < 15; round++) {
      await publish(follow());
      await publish(follow({ guild_id: '2', timestamp: new Date(Date.now() + 3_600_000).toISOString() }));
      await publish(follow({ guild_id: '3', timestamp: new Date().toISOString() }));
      await publish({ ...follow(), channel_id: null }, 'stream.unfollow');
      await publish(follow({ guild_id: '2' }), 'stream.unfollow');
    }
    await publish(follow({ stream_key: '200' }));
    await eventually(async () => expect((await follows()).map((row) => row.identifier)).toContain('200'));
    await eventually(() => expect(listeners.map((listener) => listener.isListening())).toEqual([true, true, true]));
    await Promise.all(listeners.map((listener) => listener.stop()));
    expect((await follows()).map((row) => `${row.identifier} ${row.guildId}`)).toEqual(['200 1', '100 3']);
    expect(
      await tracking.database.stream.findMany({
        select: { identifier: true, guilds: true },
        orderBy: { identifier: 'asc' },
      }),
    ).toEqual([
      { identifier: '100', guilds: 1 },
      { identifier: '200', guilds: 1 },
    ]);
  });

  test('keep one reject of a message that all of them refuse', async () => {
    const running = await Promise.all([listen(), listen(), listen()]);
    await publish('nonsense');
    await Promise.all(
      running.map(({ metrics }) =>
        eventually(async () => expect((await metrics.rejects.get()).values).toMatchObject([{ value: 1 }])),
      ),
    );
    await Promise.all(listeners.map((listener) => listener.stop()));
    expect(await rejects()).toHaveLength(1);
  });
});

test('a burst of 10,000 follows is taken without losing one', async () => {
  await listen();
  const pipeline = publisher.pipeline();
  for (let guild = 1; guild <= 10_000; guild++) {
    pipeline.publish(
      'stream.follow',
      JSON.stringify(follow({ guild_id: String(guild), stream_key: String(1 + (guild % 200)) })),
    );
  }
  await pipeline.exec();
  await eventually(async () => expect(await tracking.database.follow.count()).toBe(10_000));
});

test('after Redis was killed and restarted it hears again by itself', async () => {
  const { listener } = await listen();
  await server.kill();
  await eventually(() => expect(listener.isListening()).toBe(false));
  await server.restart();
  await eventually(() => expect(listener.isListening()).toBe(true));
  await publish(follow());
  await eventually(async () => expect(await follows()).toHaveLength(1));
});

test('what nobody can use is refused, counted and kept, and its neighbours are taken', async () => {
  const { metrics } = await listen();
  const refused: (string | Buffer)[] = [
    'not JSON',
    '['.repeat(100_000),
    `{"metadata":"${'x'.repeat(10_000_000)}"}`,
    Buffer.concat([Buffer.from('{"platform":"'), Buffer.from([0xe3, 0x81])]),
    JSON.stringify(follow({ guild_id: 0 })),
    JSON.stringify(follow({ stream_key: 'no such key' })),
    JSON.stringify([]),
    'null',
  ];
  for (const [i, message] of refused.entries()) {
    await publish(message);
    await publish(follow({ guild_id: String(i + 1) }));
  }
  await publish(
    '{"__proto__":{"platform":"youtube"},"platform":"vimeo","platform":"twitch","stream_key":"100","guild_id":99,"channel_id":1}',
  );
  await publish([follow({ guild_id: '100' }), follow({ guild_id: null }), follow({ guild_id: '101' })]);
  await eventually(async () => expect(await follows()).toHaveLength(refused.length + 3));
  await eventually(async () => expect(await rejects()).toHaveLength(refused.length + 1));
  const reasons = (await rejects()).map(({ reason }) => reason).join('\n');
  for (const part of [
    'expected JSON',
    '64 levels',
    'at most 262144 bytes',
    'UTF-8',
    'guild_id: ',
    'stream_key: ',
    'empty array',
  ]) {
    expect(reasons).toContain(part);
  }
  await eventually(async () =>
    expect((await metrics.rejects.get()).values).toMatchObject([{ value: refused.length + 1 }]),
  );
});

test('a wish that the tables refuse is set aside, and its neighbours are applied', async () => {
  const { heard, apply } = createRecorder();
  await listen(async (wishes) => {
    if (wishes.some((wish) => wish.guildId === '13')) throw new Error('value out of range');
    await apply(wishes);
  });
  for (let guild = 1; guild <= 40; guild++) await publish(follow({ guild_id: String(guild) }));
  await eventually(() => expect(new Set(heard.map((wish) => wish.guildId)).size).toBe(39));
  const [reject] = await eventually(async () => {
    const kept = await rejects();
    expect(kept).toHaveLength(1);
    return kept;
  });
  expect(reject).toMatchObject({ payload: JSON.stringify(follow({ guild_id: '13' })) });
  expect(reject?.reason).toMatch(/cannot be applied: value out of range/);
});

test('while the tables are away everything is held, in order, and stopping waits for it', async () => {
  const { heard, apply } = createRecorder();
  let away = true;
  const { listener, metrics } = await listen(async (wishes) => {
    if (away) throw new Error('connection refused');
    await apply(wishes);
  });
  for (let guild = 1; guild <= 1_200; guild++) await publish(follow({ guild_id: String(guild) }));
  await eventually(async () =>
    expect((await metrics.messages.get()).values.map(({ value }) => value)).toContain(1_200),
  );
  expect(heard).toEqual([]);
  const stopped = listener.stop();
  away = false;
  await stopped;
  expect(heard.map((wish) => wish.guildId)).toEqual(Array.from({ length: 1_200 }, (_, i) => String(i + 1)));
});

test('what finds no room is counted and dropped, and room comes back with what is applied', async () => {
  const { heard, apply } = createRecorder();
  let away = true;
  const { metrics } = await listen(
    async (wishes) => {
      if (away) throw new Error('connection refused');
      await apply(wishes);
    },
    { roomBytes: 10_000 },
  );
  for (let guild = 1; guild <= 100; guild++) await publish(follow({ guild_id: String(guild) }));
  const counted = async (result: string) =>
    (await metrics.messages.get()).values.find(({ labels }) => labels.result === result)?.value ?? 0;
  await eventually(async () => expect((await counted('accepted')) + (await counted('dropped'))).toBe(100));
  const taken = await counted('accepted');
  expect(taken).toBeGreaterThan(5);
  expect(taken).toBeLessThan(20);
  away = false;
  await eventually(() => expect(heard).toHaveLength(taken));
  await publish(follow({ guild_id: '101' }));
  await eventually(() => expect(heard.at(-1)).toMatchObject({ guildId: '101' }));
});

test('a follow by name waits for its key, unless somebody knows it', async () => {
  const { heard, apply } = createRecorder();
  const { asked } = await listen(apply);
  const someone = { user_id: '500', login: 'Someone', display_name: 'Someone' };
  await publish(follow({ stream_key: 'twitch_user:nobody', guild_id: '1' }));
  await publish(follow({ stream_key: 'someone', guild_id: '2', platform_data: someone }));
  await publish(follow({ stream_key: '600', guild_id: '3', platform_data: { user_id: '600', login: 'Other' } }));
  await eventually(() => expect(heard).toHaveLength(2));
  await publish(follow({ stream_key: 'https://www.twitch.tv/OTHER', guild_id: '4' }));
  await eventually(() => expect(heard).toHaveLength(3));
  expect(heard.map(({ target, guildId }) => [guildId, target])).toEqual([
    ['2', { platform: 'twitch', identifier: '500' }],
    ['3', { platform: 'twitch', identifier: '600' }],
    ['4', { platform: 'twitch', identifier: '600' }],
  ]);
  expect(await createNameStore(tracking.database).waiting(10)).toMatchObject([{ name: 'nobody', wishes: 1 }]);
  await eventually(() => expect(asked).toEqual(['twitch']));
});
