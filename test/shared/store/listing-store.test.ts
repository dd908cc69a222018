import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../src/shared/runtime/database.ts';
import { type ListedKey, type ListingFilter, listKeys } from '../../../src/shared/store/listing-store.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';

let server: TestDatabase;
let database: Database;
const past = new Date('2026-11-01T10:00:00Z');
const key = (platform: string, identifier: string, guilds = 1) => ({ platform, identifier, guilds });

beforeAll(async () => {
  server = await createDatabase();
  database = openDatabase(server.url, 2);
  await database.stream.createMany({
    data: [
      { ...key('youtube', 'UCb'), title: 'Bo', lastLiveAt: past },
      { ...key('youtube', 'UCa', 2), quarantinedAt: past },
      { ...key('twitch', '7'), login: 'seven' },
      key('twitch', '8', 0),
    ],
  });
  const follow = { saidAt: past, source: 'event' };
  await database.follow.createMany({
    data: [
      { ...follow, platform: 'youtube', identifier: 'UCa', guildId: '1', channelId: '1' },
      { ...follow, platform: 'youtube', identifier: 'UCa', guildId: '1', channelId: '2' },
      { ...follow, platform: 'youtube', identifier: 'UCa', guildId: '2', channelId: '3' },
    ],
  });
  const broadcast = { platform: 'youtube', identifier: 'UCb' };
  await database.broadcast.createMany({
    data: [
      { ...broadcast, broadcastId: 'later', state: 'scheduled', scheduledStart: past },
      { ...broadcast, broadcastId: 'now', state: 'live', title: 'On air', startedAt: past },
      { ...broadcast, broadcastId: 'over', state: 'ended' },
      { platform: 'twitch', identifier: '7', broadcastId: 'over', state: 'ended' },
    ],
  });
});
afterAll(async () => {
  await database.$disconnect();
  await server.drop();
});

async function list(filter: Partial<ListingFilter> = {}): Promise<ListedKey[]> {
  const keys: ListedKey[] = [];
  for await (const page of listKeys(database, { platform: null, liveOnly: false, ...filter })) keys.push(...page);
  return keys;
}

it('lists the tracked keys of every platform, with the broadcast on air before the one announced', async () => {
  const keys = await list();
  expect(keys.map(({ identifier, follows, broadcast }) => [identifier, follows, broadcast?.id ?? null])).toEqual([
    ['7', 0, null],
    ['UCa', 3, null],
    ['UCb', 0, 'now'],
  ]);
  expect(keys[2]).toMatchObject({ title: 'Bo', lastLiveAt: past, broadcast: { state: 'live', title: 'On air' } });
  expect(keys[1]).toMatchObject({ guilds: 2, quarantinedAt: past });
});

it('lists one platform, or only what is on air', async () => {
  expect((await list({ platform: 'twitch' })).map(({ identifier }) => identifier)).toEqual(['7']);
  expect((await list({ liveOnly: true })).map(({ identifier }) => identifier)).toEqual(['UCb']);
  expect(await list({ platform: 'twitch', liveOnly: true })).toEqual([]);
});

it('lists more keys than one page holds, each once and in order', async () => {
  const many = Array.from({ length: 12_001 }, (_, i) => key('twitcasting', String(i).padStart(6, '0')));
  await database.stream.createMany({ data: many });
  const listed = (await list({ platform: 'twitcasting' })).map(({ identifier }) => identifier);
  expect(listed).toEqual(many.map(({ identifier }) => identifier));
});
