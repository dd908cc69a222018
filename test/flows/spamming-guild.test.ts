import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StreamKey } from '../../src/shared/domain/stream-key.ts';
import { type Database, openDatabase } from '../../src/shared/runtime/database.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import type { Tallylight } from '../support/processes.ts';

const SPAMMER = '666000000000000001';
const MOST = 20;
const SETTINGS = { FOLLOWS_PER_GUILD: String(MOST), GUILD_RATE: '5' };

let cluster: Cluster;
let database: Database;
let publisher: Redis;
let listeners: Tallylight[];

beforeAll(async () => {
  cluster = await startCluster();
  database = openDatabase(cluster.database.url, 2);
  publisher = new Redis(cluster.redis.as.shard);
  const [first, second] = await Promise.all(
    ['listen', 'listen', 'sync poll flush'].map((roles) => cluster.run(roles, SETTINGS)),
  );
  listeners = [first, second] as Tallylight[];
});
afterAll(async () => {
  publisher?.disconnect();
  await database?.$disconnect();
  await cluster?.stop();
});

function streamer(): StreamKey {
  const { identifier } = cluster.sim.world.addStreamer({ platform: 'twitch' });
  return { platform: 'twitch', identifier };
}

let tick = 0;

/** What a shard publishes, each event a microsecond after the one before. */
function say(action: 'follow' | 'unfollow', identifier: string): [channel: string, message: string] {
  const micros = BigInt(Date.now() - 60_000) * 1_000n + BigInt(++tick);
  const whole = new Date(Number(micros / 1_000n)).toISOString().slice(0, -1);
  const timestamp = `${whole}${String(micros % 1_000n).padStart(3, '0')}Z`;
  const said = { platform: 'twitch', stream_key: identifier, guild_id: SPAMMER, channel_id: '7', timestamp };
  return [`stream.${action}`, JSON.stringify(action === 'follow' ? said : { ...said, channel_id: null })];
}

async function publish(messages: readonly (readonly [string, string])[]): Promise<void> {
  const pipeline = publisher.pipeline();
  for (const [channel, message] of messages) pipeline.publish(channel, message);
  await pipeline.exec();
}

const followedBySpammer = async (): Promise<string[]> => {
  const rows = await database.follow.findMany({ where: { guildId: SPAMMER }, orderBy: { identifier: 'asc' } });
  return rows.map((row) => row.identifier);
};

const refusals = (): Promise<number> =>
  database.reject.count({ where: { channel: 'stream.follow', reason: { startsWith: `guild ${SPAMMER}: ` } } });

it('a guild that spams waits for itself: its neighbours follow and are told meanwhile, and its last word holds', async () => {
  const toys = Array.from({ length: 100 }, () => streamer().identifier);
  await publish(toys.slice(0, MOST + 5).map((toy) => say('follow', toy)));
  await eventually(async () => expect(await refusals()).toBeGreaterThan(0));
  let isSpamming = true;
  let [most, published] = [0, 0];
  const spam = (async () => {
    while (isSpamming || published < 3_000) {
      const messages = toys.map((toy) => say(published % 200 === 0 ? 'follow' : 'unfollow', toy));
      await publish(messages);
      published += messages.length;
      await sleep(20); // the machine is shared with those who are to keep up
      most = Math.max(most, (await followedBySpammer()).length);
    }
  })();

  const neighbours = Array.from({ length: 50 }, (_, i) => ({ guild: String(7_000_000_001 + i), key: streamer() }));
  for (const { guild, key } of neighbours) await cluster.follow(key, guild);
  await eventually(async () => expect(await database.follow.count({ where: { guildId: { not: SPAMMER } } })).toBe(50));
  const live = neighbours.map(({ key }) => ({ key, id: cluster.sim.world.goLive('twitch', key.identifier).id }));
  await eventually(() => {
    for (const { key, id } of live) expect(cluster.heardOf(key)).toEqual([`online ${id}`]);
  });
  isSpamming = false;
  await spam;

  const [kept = '', other = ''] = toys;
  await publish([
    ...toys.map((toy) => say('unfollow', toy)),
    say('follow', other),
    say('follow', kept),
    say('unfollow', other),
  ]);
  await eventually(async () => expect(await followedBySpammer()).toEqual([kept]));
  for (const listener of listeners) await listener.waitFor(/guilds say more than GUILD_RATE/);
  // When both have said all, nothing is polled for nobody.
  await Promise.all(listeners.map((listener) => listener.end()));
  expect(await followedBySpammer()).toEqual([kept]);
  const tracked = await database.stream.findMany({ where: { guilds: { gt: 0 } } });
  expect(tracked.map((row) => row.identifier).sort()).toEqual([kept, ...live.map(({ key }) => key.identifier)].sort());

  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(MOST);
  expect(await cluster.tell(['rejects'])).toMatch(/expected at most 20 follows of one guild/);
});
