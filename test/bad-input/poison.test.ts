import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FOLLOW_CHANNEL } from '../../src/shared/contracts/channels.ts';
import type { StreamKey } from '../../src/shared/domain/stream-key.ts';
import { openChangeQueue } from '../../src/shared/queues/change-queue.ts';
import { dueKey } from '../../src/shared/queues/keys.ts';
import { openPollQueues } from '../../src/shared/queues/poll-queues.ts';
import { type Database, openDatabase } from '../../src/shared/runtime/database.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

/** With the poison: all that one request to Twitch asks for. */
const NEIGHBOURS = 99;
const undo: (() => unknown)[] = [];

let cluster: Cluster;
let database: Database;
let redis: Redis;
let poison: StreamKey;
let neighbours: StreamKey[];

beforeAll(async () => {
  cluster = await startCluster();
  undo.push(() => cluster.stop());
  database = openDatabase(cluster.database.url, 2);
  redis = new Redis(cluster.redis.url, { maxRetriesPerRequest: null });
  undo.push(
    () => database.$disconnect(),
    () => redis.disconnect(),
  );
  poison = add();
  neighbours = Array.from({ length: NEIGHBOURS }, add);
  const url = await spoilRowsOf(poison.identifier, cluster.sim.env().TWITCH_API_URL ?? '');
  await cluster.run('all', { TWITCH_API_URL: url });
  for (const key of [poison, ...neighbours]) await cluster.follow(key);
  await eventually(async () =>
    expect(await database.stream.count({ where: { guilds: { gt: 0 } } })).toBe(NEIGHBOURS + 1),
  );
});

afterAll(async () => {
  for (const step of undo.reverse()) await step();
});

it('a key whose answers are always spoiled keeps none of the ninety-nine beside it from being announced', async () => {
  const begun = goLive(poison, ...neighbours).slice(1);
  await eventually(() => expect(heardOf(neighbours)).toEqual(begun.sort()));
  expect(cluster.heardOf(poison)).toEqual([]);
});

it('messages that nobody can read keep none from being followed, and are there for the operator', async () => {
  const newcomers = Array.from({ length: 10 }, (): StreamKey => {
    const { identifier } = cluster.sim.world.addStreamer({ platform: 'twitcasting' });
    return { platform: 'twitcasting', identifier };
  });
  for (const key of newcomers) {
    await redis.publish(FOLLOW_CHANNEL, `{"platform":"twitch","stream_key":"1","guild_id":"${key.identifier}"`);
    const bad = '{"platform":"twitch","stream_key":"7","guild_id":7,"channel_id":7,"metadata":[]}';
    const good = `{"platform":"twitcasting","stream_key":"${key.identifier}","guild_id":7,"channel_id":7,"metadata":{"record":{"toString":1}}}`;
    await redis.publish(FOLLOW_CHANNEL, `[${bad},${good},${bad}]`);
  }
  await eventually(async () =>
    expect(await database.follow.count({ where: { platform: 'twitcasting' } })).toBe(newcomers.length),
  );
  // Ten that are no JSON, and one that was said twenty times.
  await eventually(async () => expect(await database.reject.count()).toBe(newcomers.length + 1));
  expect(await cluster.tell(['rejects'])).toContain('metadata: expected an object or null');
});

it('rotten jobs, rotten members and a rotten row are set aside and can be seen, and the others are announced', async () => {
  const polls = openPollQueues(redis);
  const changes = openChangeQueue(redis);
  undo.push(() => changes.close(), ...Object.values(polls).map((queue) => () => queue.close()));
  await redis.zadd(dueKey('twitch'), 1, 'no\u0000key', 2, 'x'.repeat(10_000), 3, '__proto__');
  for (const data of [{ identifier: 'no\u0000key' }, { identifier: 5 }, null, []])
    await polls.twitch.add('look', data as never);
  for (const id of ['1'.repeat(30), '0', '-1', 'x', '9223372036854775807'])
    await changes.add('change', { id, platform: 'twitch', lane: 'urgent' }, { attempts: 1 });
  const now = new Date();
  const rotten = {
    platform: 'twitch',
    direction: 'online',
    lane: 'urgent',
    state: 'waiting',
    happenedAt: now,
    recordedAt: now,
    dueAt: now,
  };
  for (const [at, stream] of [[], {}, 'text', { VideoId: 5 }].entries()) {
    await database.change.create({
      data: { ...rotten, identifier: `rotten${at}`, broadcastId: `rotten${at}`, stream },
    });
  }
  const others = Array.from({ length: 20 }, add);
  for (const key of others) await cluster.follow(key);
  const begun = goLive(...others);
  await eventually(() => expect(heardOf(others)).toEqual(begun.sort()));
  await eventually(async () => {
    const failed = await polls.twitch.getFailed();
    // A look of a busy machine may fail, too.
    expect(failed.filter(({ failedReason }) => /without an identifier/.test(failedReason))).toHaveLength(4);
    // The last of them is the number of no change: its job is done, there is nothing to publish.
    expect(await changes.getFailedCount()).toBe(4);
    const rows = await database.change.findMany({ where: { identifier: { startsWith: 'rotten' } } });
    expect(rows.map((row) => row.reason)).toEqual(['unreadable', 'unreadable', 'unreadable', 'unreadable']);
  });
  const status = JSON.parse(await cluster.tell(['status', '--json'])) as { Queues: { Name: string; Failed: number }[] };
  expect(status.Queues.reduce((sum, { Failed }) => sum + Failed, 0)).toBeGreaterThanOrEqual(8);
});

function add(): StreamKey {
  return { platform: 'twitch', identifier: cluster.sim.world.addStreamer({ platform: 'twitch' }).identifier };
}

function goLive(...keys: StreamKey[]): string[] {
  return keys.map(({ identifier }) => `online ${cluster.sim.world.goLive('twitch', identifier).id}`);
}

function heardOf(keys: readonly StreamKey[]): string[] {
  return keys.flatMap((key) => cluster.heardOf(key)).sort();
}

/** Twitch as the simulator has it, but for one user, whose row always lacks its type. */
async function spoilRowsOf(userId: string, target: string): Promise<string> {
  const server = createServer(async (request, response) => {
    const headers = {
      authorization: request.headers.authorization ?? '',
      'client-id': String(request.headers['client-id'] ?? ''),
    };
    const answer = await fetch(`${target}${request.url}`, { headers });
    const body = (await answer.json()) as { data?: { user_id?: string; type?: unknown }[] };
    for (const row of body.data ?? []) if (row.user_id === userId) row.type = { toString: 1 };
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  undo.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
