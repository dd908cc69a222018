import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/shared/runtime/database.ts';
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

/** What a command prints, and what it ends with. */
async function tallylight(...args: string[]) {
  const process = spawnTallylight(args, {
    DATABASE_URL: home.as.tallylight,
    REDIS_URL: server.as.tallylight,
    NO_COLOR: '1',
  });
  const code = await process.exited;
  return { code, out: process.stdout(), err: process.stderr() };
}

const follows = () =>
  database.follow.findMany({
    select: { platform: true, identifier: true, guildId: true, priority: true, source: true },
  });

test('a follow is applied and said, and an unfollow undoes it', async () => {
  const followed = await tallylight(
    'follow',
    'twitch/141981764',
    '--guild',
    '18446744073709551615',
    '--channel',
    '5',
    '--priority',
    'urgent',
  );
  expect(followed).toMatchObject({
    code: 0,
    out: expect.stringContaining('guild 18446744073709551615 follows twitch/141981764 in channel 5'),
  });
  expect(followed.out).toContain('No credentials are set for twitch here');
  expect(await follows()).toEqual([
    { platform: 'twitch', identifier: '141981764', guildId: '18446744073709551615', priority: 'urgent', source: 'cli' },
  ]);
  const unfollowed = await tallylight('unfollow', 'https://www.twitch.tv/someone', '--guild', '18446744073709551615');
  expect(unfollowed.out).toMatch(/nobody has told yet who twitch\/login:someone is/);
  expect((await tallylight('unfollow', 'twitch/141981764', '--guild', '18446744073709551615')).out).toContain(
    'polled no more',
  );
  expect(await follows()).toEqual([]);
  const names = await tallylight('rejects', 'names', '--json');
  expect(JSON.parse(names.out)).toMatchObject([{ platform: 'twitch', name: 'someone', wishes: 1 }]);
});

test('what cannot be meant is refused before anything is opened', async () => {
  expect(await tallylight('follow', 'vimeo/x', '--guild', '1', '--channel', '2')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^tallylight: KEY "vimeo\/x": expected an address/),
  });
  expect(await tallylight('follow', 'twitch/1', '--guild', 'x', '--channel', '2')).toMatchObject({
    code: 2,
    err: expect.stringContaining('expected a Discord id'),
  });
  expect(await tallylight('unfollow', 'twitch/1')).toMatchObject({ code: 2, err: expect.stringContaining('--guild') });
});

test('a reject is listed, shown and published again, byte for byte', async () => {
  const payload = Buffer.from('{"platform":"vimeo","名":"\u001b[31m"}');
  const receivedAt = new Date('2026-09-26T10:00:00Z');
  const reject = {
    channel: 'stream.follow',
    reason: 'platform: expected one of …',
    payload,
    size: payload.length,
    receivedAt,
  };
  await createRejectStore(database).keep([reject, { ...reject, size: 300_000 }]);
  const [whole, cut] = (await createRejectStore(database).list(2))
    .toSorted((a, b) => Number(a.id - b.id))
    .map(({ id }) => String(id));

  expect((await tallylight('rejects')).out).toMatch(/2026-09-26 10:00:00 +stream\.follow +\d+ +– +platform: expected/);
  expect((await tallylight('rejects', 'show', whole ?? '')).out).toContain('{"platform":"vimeo","名":" [31m"}');
  const alone = await tallylight('rejects', 'replay', whole ?? '');
  expect(alone).toMatchObject({ code: 1, err: expect.stringContaining('nobody listens to stream.follow') });

  const shard = new Redis(server.url);
  const heard = new Promise<Buffer>((resolve) =>
    shard.on('messageBuffer', (_channel, message: Buffer) => resolve(message)),
  );
  await shard.subscribe('stream.follow');
  expect(await tallylight('rejects', 'replay', whole ?? '')).toMatchObject({ code: 0 });
  expect((await heard).equals(payload)).toBe(true);
  expect(JSON.parse((await tallylight('rejects', 'show', whole ?? '', '--json')).out)).toMatchObject({
    replayedAt: expect.any(String),
  });
  expect(await tallylight('rejects', 'replay', cut ?? '')).toMatchObject({
    code: 1,
    err: expect.stringContaining('not kept whole'),
  });
  expect(await tallylight('rejects', 'show', '999')).toMatchObject({
    code: 1,
    err: expect.stringContaining('there is none'),
  });
  shard.disconnect();
});
