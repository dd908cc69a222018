import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { shardOf } from '../../src/client/index.ts';
import { FOLLOW_CHANNEL } from '../../src/shared/contracts/channels.ts';
import { eventually } from '../support/eventually.ts';
import { spawnNode, type Tallylight } from '../support/processes.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { createLog, type Log, stream } from './published.ts';

const GUILDS = ['1096483912345678901', '1096483912349873205', '18446744073709551615'];
const SHARDS = 2;

let server: TestRedis;
let redis: Redis;
let log: Log;
let directories: string[];
let shards: Tallylight[];

beforeAll(async () => {
  server = await startRedis({ appendOnly: true });
  redis = new Redis(server.url, { maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  await redis.config('SET', 'appendfsync', 'always');
  return async () => {
    redis.disconnect();
    await server.stop();
  };
});
beforeEach(async () => {
  await redis.flushall();
  log = createLog(redis);
  await log.restore();
  directories = await Promise.all(Array.from({ length: SHARDS }, settled));
  shards = [];
});
afterEach(async () => {
  await Promise.all(shards.map((shard) => shard.end('SIGKILL')));
  await Promise.all(directories.map((directory) => rm(directory, { recursive: true, force: true })));
});

/** The place of a shard whose guilds all follow channel `c`. */
async function settled(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'tallylight-shard-'));
  const wishes = GUILDS.map((guildId) => ({ platform: 'twitch', streamKey: 'c', guildId, channelId: '5' }));
  await writeFile(path.join(directory, 'guilds.json'), JSON.stringify(wishes));
  return directory;
}

/** @param workMs how long it takes to tell a guild */
async function start(index: number, workMs = 0): Promise<Tallylight> {
  const args = [server.as.shard, directories[index] ?? '', String(index), String(SHARDS), String(workMs)];
  const shard = spawnNode(['dist/examples/shard.js', ...args]);
  shards.push(shard);
  await shard.waitFor(/^ready$/m);
  return shard;
}

async function toldBy(index: number, source = true): Promise<string[]> {
  const text = await readFile(path.join(directories[index] ?? '', 'told.log'), 'utf8');
  const lines = text.split('\n').slice(0, -1);
  return source ? lines : lines.map((line) => line.split(' ').slice(0, 3).join(' '));
}

const savedBy = (index: number): Promise<string> =>
  readFile(path.join(directories[index] ?? '', 'position.journal'), 'utf8');

const ownOf = (index: number): string[] => GUILDS.filter((guildId) => shardOf(guildId, SHARDS) === index);

/** What every guild of a shard is to be told, in order. */
function expected(index: number, news: readonly string[]): string[] {
  return news.flatMap((one) => ownOf(index).map((guildId) => `${guildId} ${one}`));
}

async function bothAreReady(): Promise<void> {
  await eventually(async () =>
    expect(await redis.pubsub('NUMSUB', 'streams.online')).toEqual(['streams.online', SHARDS]),
  );
  await eventually(async () => {
    for (const directory of directories)
      expect(await readFile(path.join(directory, 'position.journal'), 'utf8')).not.toBe('');
  });
}

describe('two shards', () => {
  it('tell their own guilds everything once, in order, however often they are killed and cut off', async () => {
    expect([ownOf(0).length, ownOf(1).length].sort()).toEqual([1, 2]);
    await Promise.all([start(0, 5), start(1)]);
    await bothAreReady();
    const news: string[] = [];
    for (let i = 0; i < 120; i += 1) {
      await log.online(String(i));
      news.push(`online twitch/${i}`);
      if (i % 3 === 2) await log.offline(String(i - 1));
      if (i % 3 === 2) news.push(`offline twitch/${i - 1}`);
      if (i % 40 === 10) await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      if (i % 40 === 20) await Promise.all(shards.slice(-2).map((shard) => shard.end('SIGKILL')));
      if (i % 40 === 35) await Promise.all([start(0, 5), start(1)]);
      await sleep(3); // so that deaths meet shards at work; nothing depends on it
    }
    for (const index of [0, 1]) {
      await eventually(async () => expect(await toldBy(index, false)).toEqual(expected(index, news)));
    }
  });

  it('are told what happened while Redis was away, when it comes back with its data', async () => {
    await Promise.all([start(0), start(1)]);
    await bothAreReady();
    await log.online('1');
    await server.kill();
    await shards[0]?.end('SIGKILL');
    await start(0);
    await server.restart();
    await log.online('2');
    const news = ['online twitch/1 event', 'online twitch/2 event'];
    for (const index of [0, 1]) {
      await eventually(async () => expect(await toldBy(index)).toEqual(expected(index, news)));
    }
  });

  it('are told what differs when Redis has lost everything', async () => {
    await Promise.all([start(0), start(1)]);
    await bothAreReady();
    await log.online('1', '2');
    await eventually(async () => expect(await toldBy(1)).toHaveLength(2 * ownOf(1).length));
    await eventually(async () => expect(await toldBy(0)).toHaveLength(2 * ownOf(0).length));
    // One that dies before its position is saved does not know that it told them, and so nothing of their end.
    await eventually(async () => expect(await savedBy(1)).toContain('"sequence":"1"'));
    await shards[1]?.end('SIGKILL');
    await redis.flushall();
    log.live.delete('1');
    log.live.set('3', stream('3'));
    await log.restore();
    await start(1);
    for (const index of [0, 1]) {
      const guilds = ownOf(index);
      await eventually(async () =>
        expect((await toldBy(index)).slice(2 * guilds.length)).toEqual(
          expected(index, ['offline twitch/1 snapshot', 'online twitch/3 snapshot']),
        ),
      );
    }
  });
});

it('a shard that was killed says what it could not say while Redis was away', async () => {
  await server.kill();
  const shard = await start(0);
  const kept = shard.stdout().match(/^kept twitch\/c/gm) ?? [];
  expect(kept).toHaveLength(ownOf(0).length);
  await shard.end('SIGKILL');
  await writeFile(path.join(directories[0] ?? '', 'guilds.json'), '[]');
  await server.restart();
  const ears = new Redis(server.url);
  const heard: string[] = [];
  ears.on('message', (_channel, message) => heard.push(message));
  await ears.subscribe(FOLLOW_CHANNEL);
  await start(0);
  await eventually(() => expect(heard).toHaveLength(ownOf(0).length));
  expect(heard.map((message) => /"guild_id":(\d+),/.exec(message)?.[1])).toEqual(ownOf(0));
  ears.disconnect();
});
