import { XMLParser } from 'fast-xml-parser';
import { expect, test } from 'vitest';
import type { Simulator } from '../../simulator/simulator.ts';
import { ask, feed, manualClock, openSimulator, settingOf, youtube } from './opened.ts';

const ALL = 'part=snippet,contentDetails,status,statistics,liveStreamingDetails';

interface List {
  readonly items?: readonly Record<string, Record<string, unknown> & string>[];
  readonly nextPageToken?: string;
}

function itemsOf(reply: { json: unknown }) {
  return (reply.json as List).items;
}

function channel(simulator: Simulator): string {
  return simulator.world.addStreamer({ platform: 'youtube', login: 'handle', name: 'A & B' }).identifier;
}

test('a video goes through upcoming, live and ended as the API tells it', async () => {
  const clock = manualClock();
  const simulator = await openSimulator({ clock });
  const channelId = channel(simulator);
  const at = new Date('2026-09-26T10:05:00Z');
  const { id } = simulator.world.schedule('youtube', channelId, { id: 'dQw4w9WgXcQ', title: 'Song', at });
  const look = async () => itemsOf(await youtube(simulator, `videos?${ALL}&id=${id}`))?.[0];
  expect(await look()).toMatchObject({
    kind: 'youtube#video',
    id: 'dQw4w9WgXcQ',
    snippet: { channelId, channelTitle: 'A & B', title: 'Song', liveBroadcastContent: 'upcoming' },
    contentDetails: { duration: 'P0D' },
    liveStreamingDetails: { scheduledStartTime: '2026-09-26T10:05:00Z' },
  });
  clock.advance(312_000);
  simulator.world.start('youtube', id);
  const live = await look();
  expect(live?.snippet?.liveBroadcastContent).toBe('live');
  expect(live?.liveStreamingDetails).toEqual({
    scheduledStartTime: '2026-09-26T10:05:00Z',
    actualStartTime: '2026-09-26T10:05:12Z',
    concurrentViewers: expect.stringMatching(/^\d+$/),
    activeLiveChatId: expect.any(String),
  });
  expect(JSON.stringify(live?.snippet?.thumbnails)).toContain('_live.jpg');
  clock.advance(61_000);
  simulator.world.end('youtube', id);
  const ended = await look();
  expect(ended).toMatchObject({ snippet: { liveBroadcastContent: 'none' }, contentDetails: { duration: 'PT1M1S' } });
  expect(ended?.liveStreamingDetails).toMatchObject({ actualEndTime: '2026-09-26T10:06:13Z' });
  expect(ended?.liveStreamingDetails).not.toHaveProperty('concurrentViewers');
});

test('ids come with commas and repeated; deleted, private, cancelled and unknown ones are absent, with 200', async () => {
  const simulator = await openSimulator();
  const channelId = channel(simulator);
  const live = simulator.world.goLive('youtube', channelId);
  const gone = simulator.world.goLive('youtube', channelId);
  const plain = simulator.world.upload(channelId);
  const off = simulator.world.schedule('youtube', channelId, { at: new Date() });
  simulator.world.remove('youtube', gone.id);
  simulator.world.cancel('youtube', off.id);
  const reply = await youtube(
    simulator,
    `videos?part=snippet&part=liveStreamingDetails&id=${live.id},${gone.id}&id=${plain.id}&id=${off.id},aaaaaaaaaaA`,
  );
  expect(reply.status).toBe(200);
  expect(itemsOf(reply)?.map((item) => item.id)).toEqual([live.id, plain.id]);
  expect(itemsOf(reply)?.[1]).not.toHaveProperty('liveStreamingDetails');
  expect(itemsOf(reply)?.[0]).not.toHaveProperty('contentDetails');
});

test('a members-only broadcast shows itself by a missing view count only', async () => {
  const simulator = await openSimulator();
  const channelId = channel(simulator);
  const members = simulator.world.goLive('youtube', channelId, { membersOnly: true });
  const open = simulator.world.goLive('youtube', channelId);
  const items = itemsOf(await youtube(simulator, `videos?part=statistics&id=${members.id},${open.id}`));
  expect(items?.map((item) => item.statistics?.viewCount)).toEqual([undefined, expect.stringMatching(/^\d+$/)]);
});

test('channels are found by id, handle and user name; without a match there is no `items`', async () => {
  const simulator = await openSimulator();
  const id = channel(simulator);
  for (const by of [`id=${id}`, 'forHandle=@Handle', 'forHandle=handle', 'forUsername=HANDLE']) {
    const reply = await youtube(simulator, `channels?part=snippet,contentDetails&${by}`);
    expect(itemsOf(reply), by).toMatchObject([
      { id, snippet: { title: 'A & B' }, contentDetails: { relatedPlaylists: { uploads: `UU${id.slice(2)}` } } },
    ]);
  }
  const nobody = await youtube(simulator, 'channels?part=id&forHandle=@nobody');
  expect(nobody.status).toBe(200);
  expect(nobody.json).not.toHaveProperty('items');
  simulator.world.setExists('youtube', id, false);
  expect((await youtube(simulator, `channels?part=id&id=${id}`)).json).not.toHaveProperty('items');
});

test('an uploads playlist lists uploads and broadcasts, newest first, in pages', async () => {
  const clock = manualClock();
  const simulator = await openSimulator({ clock });
  const channelId = channel(simulator);
  const ids: string[] = [];
  for (let n = 0; n < 7; n += 1) {
    clock.advance(1_000);
    ids.unshift(n % 2 ? simulator.world.upload(channelId).id : simulator.world.goLive('youtube', channelId).id);
  }
  const path = `playlistItems?part=contentDetails&playlistId=UU${channelId.slice(2)}`;
  const first = await youtube(simulator, path);
  const rest = await youtube(simulator, `${path}&pageToken=${(first.json as List).nextPageToken}`);
  const found = [...(itemsOf(first) ?? []), ...(itemsOf(rest) ?? [])].map((item) => item.contentDetails?.videoId);
  expect(itemsOf(first)).toHaveLength(5);
  expect(found).toEqual(ids);
  expect(itemsOf(await youtube(simulator, `${path}&maxResults=50`))).toHaveLength(7);
  const missing = await youtube(simulator, 'playlistItems?part=id&playlistId=UUnobody');
  expect(missing).toMatchObject({ status: 404, json: { error: { errors: [{ reason: 'playlistNotFound' }] } } });
});

test.each([
  [
    'more than 50 ids',
    `videos?part=id&id=${Array.from({ length: 51 }, (_, n) => `aaaaaaaaa${n + 10}`).join()}`,
    'invalidParameter',
  ],
  ['no filter', 'videos?part=id', 'missingRequiredParameter'],
  ['no part', 'videos?id=dQw4w9WgXcQ', 'missingRequiredParameter'],
  ['maxResults beside id', 'videos?part=id&id=dQw4w9WgXcQ&maxResults=50', 'incompatibleParameters'],
])('%s is a 400 and costs its unit', async (_, path, reason) => {
  const simulator = await openSimulator();
  expect(await youtube(simulator, path)).toMatchObject({ status: 400, json: { error: { errors: [{ reason }] } } });
  expect(simulator.youtubeUnits()).toBe(1);
});

test('the units of a day run out with quotaExceeded, and come back at midnight in California', async () => {
  const clock = manualClock('2026-09-26T06:59:00Z');
  const simulator = await openSimulator({ clock, limits: { youtube: { unitsPerDay: 2 } } });
  const look = () => youtube(simulator, 'videos?part=id&id=dQw4w9WgXcQ');
  expect([(await look()).status, (await look()).status]).toEqual([200, 200]);
  const spent = await look();
  expect(spent.status).toBe(403);
  expect(spent.json).toMatchObject({
    error: { code: 403, errors: [{ domain: 'youtube.quota', reason: 'quotaExceeded' }] },
  });
  clock.advance(61_000);
  expect((await look()).status).toBe(200);
  expect(simulator.youtubeUnits()).toBe(1);
});

test('the key is checked, in the query and in the header', async () => {
  const simulator = await openSimulator();
  const url = `${settingOf(simulator, 'YOUTUBE_API_URL')}/videos?part=id&id=dQw4w9WgXcQ`;
  const key = settingOf(simulator, 'YOUTUBE_API_KEY');
  expect((await ask(url, { headers: { 'x-goog-api-key': key } })).status).toBe(200);
  expect((await ask(url)).status).toBe(403);
  const wrong = await ask(`${url}&key=wrong`);
  expect(wrong).toMatchObject({ status: 400, json: { error: { details: [{ reason: 'API_KEY_INVALID' }] } } });
});

test('an answer has an etag, and one that has not changed is a 304 that costs as much', async () => {
  const simulator = await openSimulator();
  const { id } = simulator.world.goLive('youtube', channel(simulator));
  const path = `videos?part=id,snippet&id=${id}`;
  const first = await youtube(simulator, path);
  const etag = first.headers.get('etag') ?? '';
  expect(first.json).toMatchObject({ etag: etag.replaceAll('"', '') });
  expect((await youtube(simulator, path, { 'if-none-match': etag })).status).toBe(304);
  simulator.world.end('youtube', id);
  expect((await youtube(simulator, path, { 'if-none-match': etag })).status).toBe(200);
  expect(simulator.youtubeUnits()).toBe(3);
});

test('a feed is Atom with the newest fifteen entries, its own ids without UC, and no validators', async () => {
  const clock = manualClock();
  const simulator = await openSimulator({ clock });
  const channelId = channel(simulator);
  const ids: string[] = [];
  for (let n = 0; n < 18; n += 1) {
    clock.advance(1_000);
    ids.unshift(
      n % 3
        ? simulator.world.upload(channelId).id
        : simulator.world.goLive('youtube', channelId, { title: '<"&">' }).id,
    );
  }
  const reply = await feed(simulator, channelId);
  expect(reply.headers.get('content-type')).toBe('text/xml; charset=UTF-8');
  expect(reply.headers.get('cache-control')).toContain('max-age=900');
  expect([reply.headers.get('etag'), reply.headers.get('last-modified')]).toEqual([null, null]);
  const parser = new XMLParser({ ignoreAttributes: false, parseTagValue: false, parseAttributeValue: false });
  const { feed: atom } = parser.parse(reply.text);
  expect(atom.id).toBe(`yt:channel:${channelId.slice(2)}`);
  expect(atom['yt:channelId']).toBe(channelId.slice(2));
  expect(atom.author.name).toBe('A & B');
  expect(atom.entry.map((entry: Record<string, string>) => entry['yt:videoId'])).toEqual(ids.slice(0, 15));
  expect(atom.entry[0]).toMatchObject({ 'yt:channelId': channelId, id: `yt:video:${ids[0]}` });
  expect(atom.entry[2].title).toBe('<"&">');
});

test('a feed can be late, and that of an unknown channel is a page for people', async () => {
  const clock = manualClock();
  const simulator = await openSimulator({ clock, quirks: { youtubeFeedDelayMs: 600_000 } });
  const channelId = channel(simulator);
  const { id } = simulator.world.goLive('youtube', channelId);
  expect((await feed(simulator, channelId)).text).not.toContain(id);
  clock.advance(600_000);
  expect((await feed(simulator, channelId)).text).toContain(id);
  const unknown = await feed(simulator, 'UCaaaaaaaaaaaaaaaaaaaaaA');
  expect(unknown.status).toBe(404);
  expect(unknown.headers.get('content-type')).toContain('text/html');
  expect(unknown.text).toContain('Error 404 (Not Found)!!1');
});
