import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  createStreamListener,
  filePositionStore,
  type StreamChange,
  type StreamListener,
} from '../../src/client/index.ts';
import { FOLLOW_CHANNEL } from '../../src/shared/contracts/channels.ts';
import { type Database, openDatabase } from '../../src/shared/runtime/database.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

const IDS = [1n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n].map(String);
const REFUSED = [
  '0',
  '-1',
  '1e3',
  '1.5',
  '18446744073709551616',
  '"18446744073709551616"',
  '"0x10"',
  '""',
  'null',
  '[1]',
];

let cluster: Cluster;
let database: Database;
let publisher: Redis;
let listener: StreamListener;
let directory: string;
const told: StreamChange[] = [];

beforeAll(async () => {
  cluster = await startCluster();
  directory = await mkdtemp(path.join(tmpdir(), 'tallylight-ids-'));
  await cluster.run('all');
  database = openDatabase(cluster.database.url, 2);
  publisher = new Redis(cluster.redis.as.shard);
  listener = createStreamListener({
    redisUrl: cluster.redis.as.shard,
    positions: filePositionStore(path.join(directory, 'position')),
    onChange: (change) => void told.push(change),
    onProblem: () => undefined,
  });
  await listener.start();
  await eventually(() => expect(listener.position()).not.toBeNull());
});

afterAll(async () => {
  await listener?.stop();
  publisher?.disconnect();
  await database?.$disconnect();
  await cluster?.stop();
  await rm(directory, { recursive: true, force: true });
});

const say = (fields: string): Promise<number> => publisher.publish(FOLLOW_CHANNEL, `{"platform":"twitch",${fields}}`);

it('an id is the same to the last digit in table, list, event and callback, however it was written', async () => {
  // On Twitch a key is an id of 64 bits too.
  const keys = IDS.map((identifier) => ({ platform: 'twitch', identifier }) as const);
  for (const { identifier } of keys) cluster.sim.world.addStreamer({ platform: 'twitch', identifier });
  for (const id of IDS) {
    await say(`"stream_key":"${id}","guild_id":${id},"channel_id":"${id}"`);
    await say(`"stream_key":${id},"guild_id":"${id}","channel_id":${BigInt(id) === 1n ? 2 : BigInt(id) - 1n}`);
  }
  await eventually(async () => expect(await database.follow.count()).toBe(2 * IDS.length));
  for (const id of IDS) {
    const rows = await database.follow.findMany({ where: { identifier: id } });
    const others = BigInt(id) === 1n ? '2' : String(BigInt(id) - 1n);
    expect(new Set(rows.map((row) => `${row.guildId} ${row.channelId}`))).toEqual(
      new Set([`${id} ${id}`, `${id} ${others}`]),
    );
  }
  const listed = JSON.parse(await cluster.tell(['list', '--json'])) as { platform: string; identifier: string }[];
  expect(listed.map((row) => row.identifier).sort()).toEqual([...IDS].sort());
  const status = JSON.parse(await cluster.tell(['status', '--json'])) as {
    Platforms: { twitch: { Follows: number; Keys: number } };
  };
  expect(status.Platforms.twitch).toMatchObject({ Keys: IDS.length, Follows: 2 * IDS.length });

  const begun = keys.map(({ identifier }) => cluster.sim.world.goLive('twitch', identifier).id);
  await eventually(() => {
    expect(keys.flatMap((key) => cluster.heardOf(key)).sort()).toEqual(begun.map((id) => `online ${id}`).sort());
    const streams = told.flatMap((change) => change.streams.map((stream) => `${stream.ChannelId} ${stream.VideoId}`));
    expect(streams.sort()).toEqual(IDS.map((id, i) => `${id} ${begun[i]}`).sort());
  });
});

it('what is no such id is refused, by the name of its field', async () => {
  for (const id of REFUSED) {
    await say(`"stream_key":"5","guild_id":${id},"channel_id":1`);
    await say(`"stream_key":"5","guild_id":1,"channel_id":${id}`);
  }
  await eventually(async () => {
    const reasons = (await database.reject.findMany()).map((row) => row.reason);
    expect(
      reasons.filter((reason) => reason.startsWith('guild_id: expected a whole number from 1 to 2^64-1')),
    ).toHaveLength(REFUSED.length);
    expect(
      reasons.filter((reason) => reason.startsWith('channel_id: expected a whole number from 1 to 2^64-1')),
    ).toHaveLength(REFUSED.length);
  });
  expect(await database.follow.count({ where: { identifier: '5' } })).toBe(0);
});
