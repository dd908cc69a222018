import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { XMLParser } from 'fast-xml-parser';
import { afterEach, expect, test } from 'vitest';
import type { Simulator } from '../../simulator/simulator.ts';
import { eventually } from '../support/eventually.ts';
import { ask, manualClock, openSimulator, type Reply, settingOf, steer } from './opened.ts';

const SECRET = 'not so secret';

interface Came {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A callback that remembers what came, and repeats challenges while it is willing. */
async function callback() {
  const came: Came[] = [];
  const will = { repeat: true, status: 204 };
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const query = new URL(request.url ?? '/', 'http://callback').searchParams;
    const { method = '', headers } = request;
    came.push({ method, query, headers, body: Buffer.concat(chunks).toString() });
    const challenge = query.get('hub.challenge');
    if (challenge === null) response.writeHead(will.status).end();
    else response.writeHead(200).end(will.repeat ? challenge : 'something else');
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks?token=mine`;
  return { url, came, will, pushes: () => came.filter(({ method }) => method === 'POST') };
}

function wish(
  simulator: Simulator,
  url: string,
  channelId: string,
  given: Record<string, string> = {},
): Promise<Reply> {
  const form = {
    'hub.mode': 'subscribe',
    'hub.topic': `https://www.youtube.com/xml/feeds/videos.xml?channel_id=${channelId}`,
    'hub.callback': url,
    'hub.verify': 'async',
    'hub.secret': SECRET,
    ...given,
  };
  return ask(`${settingOf(simulator, 'YOUTUBE_HUB_URL')}/subscribe`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
}

const channelOf = (simulator: Simulator) =>
  simulator.world.addStreamer({ platform: 'youtube', name: 'A & B' }).identifier;
const parser = new XMLParser({ ignoreAttributes: false, parseTagValue: false, parseAttributeValue: false });

test('a wish is taken at once, asked back, and delivered for as long as its lease', async () => {
  const clock = manualClock();
  const simulator = await openSimulator({ clock });
  const [channelId, { url, came, pushes }] = [channelOf(simulator), await callback()];
  const reply = await wish(simulator, url, channelId);
  expect([reply.status, reply.text]).toEqual([202, '']);
  const until = new Date(clock.now().getTime() + 432_000_000);
  await eventually(() =>
    expect(simulator.youtubeSubscriptions()).toEqual([{ channelId, callback: url, leaseUntil: until }]),
  );
  const [asked] = came;
  expect(asked?.method).toBe('GET');
  expect(Object.fromEntries(asked?.query ?? [])).toMatchObject({
    token: 'mine',
    'hub.mode': 'subscribe',
    'hub.topic': `https://www.youtube.com/xml/feeds/videos.xml?channel_id=${channelId}`,
    'hub.challenge': expect.stringMatching(/^\d{1,20}$/),
    'hub.lease_seconds': '432000',
  });

  const { id } = simulator.world.goLive('youtube', channelId, { title: 'Now' });
  await eventually(() => expect(pushes()).toHaveLength(1));
  const [push] = pushes();
  expect(push?.headers).toMatchObject({
    'content-type': 'application/atom+xml',
    'x-hub-signature': `sha1=${createHmac('sha1', SECRET)
      .update(push?.body ?? '')
      .digest('hex')}`,
  });
  const { feed } = parser.parse(push?.body ?? '');
  expect(feed.entry).toMatchObject({ 'yt:videoId': id, 'yt:channelId': channelId, title: 'Now' });
  expect(feed).not.toHaveProperty('id');
  expect(feed.link.map((one: Record<string, string>) => one['@_rel'])).toEqual(['hub', 'self']);

  clock.advance(432_000_000);
  expect(simulator.youtubeSubscriptions()).toEqual([]);
});

test('announcements, changes and removals are pushed, an announced start is not', async () => {
  const simulator = await openSimulator();
  const [channelId, { url, pushes }] = [channelOf(simulator), await callback()];
  await wish(simulator, url, channelId, { 'hub.lease_seconds': '3600' });
  await eventually(() => expect(simulator.youtubeSubscriptions()).toHaveLength(1));
  const { world } = simulator;
  const soon = new Date(Date.now() + 60_000);
  const { id } = world.schedule('youtube', channelId, { at: soon });
  world.reschedule('youtube', id, new Date());
  await steer(simulator, 'POST', '/retitle', { platform: 'youtube', id, title: '<b>' });
  world.start('youtube', id);
  world.end('youtube', id);
  world.remove('youtube', id);
  world.cancel('youtube', world.schedule('youtube', channelId, { at: soon }).id);
  world.goLive('youtube', channelOf(simulator));
  const about = () => simulator.deliveries('youtube').flatMap((one) => (one.outcome === 'sent' ? [one.about] : []));
  const expected = ['cancelled', 'removed', 'rescheduled', 'retitled', 'scheduled', 'scheduled', 'subscribe'];
  await eventually(() => expect(about().sort()).toEqual(expected));
  const bodies = pushes().map(({ body }) => parser.parse(body).feed);
  expect(bodies.filter((feed) => feed.entry?.title === '&lt;b&gt;' || feed.entry?.title === '<b>')).toHaveLength(1);
  const [gone] = bodies.flatMap((feed) => feed['at:deleted-entry'] ?? []);
  expect(gone).toMatchObject({
    '@_ref': expect.stringMatching(/^yt:video:/),
    'at:by': { name: 'A & B', uri: `https://www.youtube.com/channel/${channelId}` },
  });
});

test('a callback that does not repeat the challenge is not subscribed, nor unsubscribed', async () => {
  const simulator = await openSimulator();
  const [channelId, { url, will }] = [channelOf(simulator), await callback()];
  will.repeat = false;
  await wish(simulator, url, channelId);
  await eventually(() => expect(simulator.deliveries('youtube')).toHaveLength(1));
  expect(simulator.youtubeSubscriptions()).toEqual([]);
  will.repeat = true;
  await wish(simulator, url, channelId);
  await eventually(() => expect(simulator.youtubeSubscriptions()).toHaveLength(1));
  will.repeat = false;
  await wish(simulator, url, channelId, { 'hub.mode': 'unsubscribe' });
  await eventually(() => expect(simulator.deliveries('youtube')).toHaveLength(3));
  expect(simulator.youtubeSubscriptions()).toHaveLength(1);
  will.repeat = true;
  await wish(simulator, url, channelId, { 'hub.mode': 'unsubscribe' });
  await eventually(() => expect(simulator.youtubeSubscriptions()).toEqual([]));
});

test('both spellings of a feed are one; what is no wish is a 400', async () => {
  const simulator = await openSimulator();
  const [channelId, { url }] = [channelOf(simulator), await callback()];
  const old = `https://www.youtube.com/feeds/videos.xml?channel_id=${channelId}`;
  expect((await wish(simulator, url, channelId, { 'hub.topic': old })).status).toBe(202);
  await eventually(() => expect(simulator.youtubeSubscriptions()).toMatchObject([{ channelId }]));
  for (const wrong of [
    { 'hub.mode': 'publish' },
    { 'hub.callback': 'nowhere' },
    { 'hub.topic': 'https://example.org/feed' },
    { 'hub.verify': 'maybe' },
    { 'hub.secret': 'x'.repeat(200) },
  ]) {
    expect((await wish(simulator, url, channelId, wrong)).status, JSON.stringify(wrong)).toBe(400);
  }
});

test('an outage says for how long, the longest lease is given, and a refused delivery comes again', async () => {
  const simulator = await openSimulator({ quirks: { youtubeMostLeaseSeconds: 1_000, pushRetryMs: 10 } });
  const [channelId, { url, came, will, pushes }] = [channelOf(simulator), await callback()];
  simulator.faults.add({ platform: 'youtube', endpoint: 'hub', kind: 'unavailable', times: 1 });
  const reply = await wish(simulator, url, channelId);
  expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '120']);
  expect(reply.text).toContain('Transient error');
  await wish(simulator, url, channelId, { 'hub.lease_seconds': '864000' });
  await eventually(() => expect(simulator.youtubeSubscriptions()).toHaveLength(1));
  expect(came[0]?.query.get('hub.lease_seconds')).toBe('1000');
  will.status = 500;
  simulator.world.goLive('youtube', channelId);
  await eventually(() => expect(pushes().length).toBeGreaterThan(1));
  will.status = 200;
  expect(new Set(pushes().map(({ body }) => body)).size).toBe(1);
});
