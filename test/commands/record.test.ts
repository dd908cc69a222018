import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHintedIds } from '../../src/shared/queues/hinted-ids.ts';
import { type Database, openDatabase } from '../../src/shared/runtime/database.ts';
import { createNameStore } from '../../src/shared/store/name-store.ts';
import { createRejectStore } from '../../src/shared/store/reject-store.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { spawnTallylight } from '../support/processes.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let home: TestDatabase;
let server: TestRedis;
let database: Database;

beforeAll(async () => {
  [home, server] = await Promise.all([createDatabase(), startRedis()]);
  database = openDatabase(home.url, 2);
});
afterAll(async () => {
  await database.$disconnect();
  await Promise.all([home.drop(), server.stop()]);
});

async function tallylight(...args: string[]) {
  const process = spawnTallylight(args, {
    DATABASE_URL: home.as.tallylight,
    REDIS_URL: server.as.tallylight,
    NO_COLOR: '1',
  });
  const code = await process.exited;
  return { code, out: process.stdout(), err: process.stderr() };
}

const pins = () => database.pin.findMany({ select: { platform: true, identifier: true, reason: true, source: true } });

test('a channel is marked and watched, and the mark is taken away', async () => {
  expect((await tallylight('record')).out).toContain('No channel is marked');
  const on = await tallylight('record', 'on', 'https://www.youtube.com/channel/UC81tUN0Ljo_kr7CYSgcNPXQ');
  expect(on).toMatchObject({ code: 0, out: expect.stringContaining('youtube/UC81tUN0Ljo_kr7CYSgcNPXQ is marked') });
  expect(await pins()).toEqual([
    { platform: 'youtube', identifier: 'UC81tUN0Ljo_kr7CYSgcNPXQ', reason: 'record', source: 'cli' },
  ]);
  expect((await tallylight('list')).out).toContain('youtube/UC81tUN0Ljo_kr7CYSgcNPXQ');
  expect((await tallylight('record', 'list')).out).toMatch(/UC81tUN0Ljo_kr7CYSgcNPXQ .*by command/);
  expect(JSON.parse((await tallylight('record', 'list', '--json')).out)).toMatchObject({
    marked: [{ identifier: 'UC81tUN0Ljo_kr7CYSgcNPXQ', cli: true, notice: false, follow: false }],
    requests: [],
  });
  expect((await tallylight('record', 'off', 'youtube/UC81tUN0Ljo_kr7CYSgcNPXQ')).out).toContain('is not marked now');
  expect(await pins()).toEqual([]);
  expect((await tallylight('list')).out).toContain('No key is tracked');
});

test('a name that is known is marked by its key, one that nobody can resolve is not', async () => {
  const name = { platform: 'twitch', kind: 'login', name: 'someone' } as const;
  await createNameStore(database).remember([{ name, identifier: '141981764' }], new Date());
  expect((await tallylight('record', 'on', 'twitch/someone')).out).toContain('twitch/141981764 is marked');
  const unknown = await tallylight('record', 'on', 'twitch/stranger');
  expect(unknown.code).toBe(1);
  expect(unknown.err).toMatch(/stranger: nobody has told yet who this is, and no credentials are set for twitch/);
});

test('what nobody would record is refused', async () => {
  const space = await tallylight('record', 'on', 'twitter/2244994945');
  expect(space.code).toBe(2);
  expect(space.err).toContain('the recorder has no channel for twitter');
  const category = await tallylight('record', 'on', 'youtube/holo');
  expect(category.code).toBe(2);
  expect(category.err).toContain('mark each');
});

test('a hint that was refused is read again here, and published nowhere: the bot listens too', async () => {
  const redis = new Redis(server.url);
  const bot = new Redis(server.url);
  const heard: string[] = [];
  bot.on('message', (channel) => heard.push(channel));
  await bot.subscribe('youtube.pubsub.CreateOrUpdate');
  await tallylight('record', 'on', 'youtube/UC81tUN0Ljo_kr7CYSgcNPXQ');
  const reject = (payload: string) => ({
    ...{ channel: 'youtube.pubsub.CreateOrUpdate', reason: 'r', receivedAt: new Date() },
    ...{ payload: Buffer.from(payload), size: Buffer.byteLength(payload) },
  });
  const good = '{"VideoId":"dQw4w9WgXcQ","ChannelId":"UC81tUN0Ljo_kr7CYSgcNPXQ"}';
  await createRejectStore(database).keep([reject(good), reject('still wrong')]);
  const [wrong, right] = await createRejectStore(database).list(2);
  const taken = await tallylight('rejects', 'replay', String(right?.id));
  expect(taken).toMatchObject({ code: 0, out: expect.stringContaining('is looked at now') });
  const hinted = await createHintedIds(redis, 'youtube').of(['UC81tUN0Ljo_kr7CYSgcNPXQ']);
  expect([...hinted.values()]).toEqual([['dQw4w9WgXcQ']]);
  const refused = await tallylight('rejects', 'replay', String(wrong?.id));
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('is still refused') });
  expect((await createRejectStore(database).list(2)).map(({ replayedAt }) => replayedAt !== null)).toEqual([
    false,
    true,
  ]);
  expect(heard).toEqual([]);
  for (const connection of [redis, bot]) connection.disconnect();
});
