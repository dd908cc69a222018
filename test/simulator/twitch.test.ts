import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Simulator } from '../../simulator/simulator.ts';
import { ask, helix, manualClock, openSimulator, settingOf, twitchToken } from './opened.ts';

const streams = z.strictObject({
  data: z.array(
    z.strictObject({
      id: z.string().regex(/^\d+$/),
      user_id: z.string().regex(/^\d+$/),
      user_login: z.string(),
      user_name: z.string(),
      game_id: z.string(),
      game_name: z.string(),
      type: z.literal('live'),
      title: z.string(),
      tags: z.array(z.string()),
      viewer_count: z.number(),
      started_at: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      language: z.string(),
      thumbnail_url: z.string().includes('{width}x{height}'),
      tag_ids: z.array(z.string()),
      is_mature: z.boolean(),
    }),
  ),
  pagination: z.strictObject({ cursor: z.string().optional() }),
});

async function liveRows(simulator: Simulator, query: string) {
  return streams.parse((await helix(simulator, `streams?${query}`)).json).data;
}

/** @returns their user ids */
function people(simulator: Simulator, count: number, live = true): string[] {
  return Array.from({ length: count }, () => {
    const { identifier } = simulator.world.addStreamer({ platform: 'twitch' });
    if (live) simulator.world.goLive('twitch', identifier);
    return identifier;
  });
}

const repeated = (name: string, values: readonly string[]): string => values.map((one) => `${name}=${one}`).join('&');

test('live streams are listed as Helix lists them, by id and by login in whatever case; others are absent', async () => {
  const simulator = await openSimulator();
  simulator.world.addStreamer({ platform: 'twitch', identifier: '101051819', login: 'afro', name: 'Afro' });
  simulator.world.goLive('twitch', '101051819', { id: '40952121085', title: 'Den' });
  const [offline] = people(simulator, 1, false);
  const byId = await liveRows(simulator, `user_id=101051819&user_id=${offline}&user_id=999`);
  expect(byId).toMatchObject([
    { id: '40952121085', user_id: '101051819', user_login: 'afro', user_name: 'Afro', title: 'Den' },
  ]);
  expect(await liveRows(simulator, 'user_login=AFRO')).toEqual(byId);
});

test('without `first` there are twenty rows, however many were asked for, and a cursor to the rest', async () => {
  const simulator = await openSimulator();
  const ids = people(simulator, 30);
  const asked = repeated('user_id', ids);
  const { json } = await helix(simulator, `streams?${asked}`);
  const page = streams.parse(json);
  expect(page.data).toHaveLength(20);
  expect(await liveRows(simulator, `first=100&${asked}`)).toHaveLength(30);
  const rest = await liveRows(simulator, `${asked}&after=${page.pagination.cursor}`);
  const all = [...page.data, ...rest].map((row) => row.user_id);
  expect(new Set(all)).toEqual(new Set(ids));
});

test.each([
  ['more than 100 of a parameter', 'streams?first=100&', 101],
  ['a `first` beyond 100', 'streams?first=101&', 1],
  ['more than 100 users', 'users?', 101],
  ['no user at all', 'users?', 0],
])('%s is a 400', async (_, path, count) => {
  const simulator = await openSimulator();
  const name = path.startsWith('users') ? 'id' : 'user_id';
  const reply = await helix(
    simulator,
    path +
      repeated(
        name,
        Array.from({ length: count }, (_unused, n) => `${n + 1}`),
      ),
  );
  expect(reply.status).toBe(400);
  expect(reply.json).toMatchObject({ error: 'Bad Request', status: 400 });
});

test('users are found by id and by login; one that is missing or deleted is absent', async () => {
  const simulator = await openSimulator();
  simulator.world.addStreamer({ platform: 'twitch', identifier: '141981764', login: 'twitchdev', name: 'TwitchDev' });
  simulator.world.addStreamer({ platform: 'twitch', identifier: '2' });
  simulator.world.goLive('twitch', '2');
  simulator.world.setExists('twitch', '2', false);
  const { json } = await helix(simulator, 'users?id=141981764&login=TwitchDev&id=2&login=nobody');
  expect(json).toMatchObject({ data: [{ id: '141981764', login: 'twitchdev', display_name: 'TwitchDev' }] });
  expect(await liveRows(simulator, 'user_id=2')).toEqual([]);
});

test('a token comes from the form or the query, expires and is revoked; what is wrong is said in words', async () => {
  const clock = manualClock();
  const simulator = await openSimulator({ clock, quirks: { twitchTokenSeconds: 60 } });
  const auth = settingOf(simulator, 'TWITCH_AUTH_URL');
  const id = settingOf(simulator, 'TWITCH_CLIENT_ID');
  const secret = settingOf(simulator, 'TWITCH_CLIENT_SECRET');
  const query = `client_id=${id}&client_secret=${secret}&grant_type=client_credentials`;
  const given = await ask(`${auth}/token?${query}`, { method: 'POST' });
  expect(given.json).toEqual({ access_token: expect.any(String), expires_in: 60, token_type: 'bearer' });
  const token = await twitchToken(simulator);
  expect((await helix(simulator, 'streams', token)).status).toBe(200);
  expect((await ask(`${auth}/validate`, { headers: { authorization: `OAuth ${token}` } })).json).toMatchObject({
    expires_in: 60,
  });
  clock.advance(60_000);
  expect((await helix(simulator, 'streams', token)).json).toEqual({
    error: 'Unauthorized',
    status: 401,
    message: 'Invalid OAuth token',
  });
  const fresh = await twitchToken(simulator);
  await ask(`${auth}/revoke`, { method: 'POST', body: new URLSearchParams({ client_id: id, token: fresh }) });
  expect((await helix(simulator, 'streams', fresh)).status).toBe(401);
  const wrong = await ask(`${auth}/token?${query.replace(secret, 'wrong')}`, { method: 'POST' });
  expect(wrong).toMatchObject({ status: 403, json: { status: 403, message: 'invalid client secret' } });
});

test('a missing token and another client’s id are 401 with their own messages', async () => {
  const simulator = await openSimulator();
  const url = `${settingOf(simulator, 'TWITCH_API_URL')}/streams`;
  expect((await ask(url)).json).toMatchObject({ status: 401, message: 'OAuth token is missing' });
  const authorization = `Bearer ${await twitchToken(simulator)}`;
  const other = await ask(url, { headers: { authorization, 'client-id': 'another' } });
  expect(other.json).toMatchObject({ status: 401, message: 'Client ID and OAuth token do not match' });
});

test('the bucket runs dry with a 429 that says when it is full, and refills', async () => {
  const clock = manualClock();
  const simulator = await openSimulator({ clock, limits: { twitch: { pointsPerMinute: 2 } } });
  const token = await twitchToken(simulator);
  const remaining: (string | null)[] = [];
  for (let n = 0; n < 2; n += 1) {
    remaining.push((await helix(simulator, 'streams', token)).headers.get('ratelimit-remaining'));
  }
  expect(remaining).toEqual(['1', '0']);
  const refused = await helix(simulator, 'streams', token);
  expect(refused).toMatchObject({ status: 429, json: { error: 'Too Many Requests', status: 429 } });
  const full = Math.floor(clock.now().getTime() / 1_000) + 60;
  expect(refused.headers.get('ratelimit-reset')).toBe(String(full));
  expect(refused.headers.get('ratelimit-limit')).toBe('2');
  clock.advance(30_000);
  expect((await helix(simulator, 'streams', token)).status).toBe(200);
});

test('with a lagging cache a stream appears late and lingers', async () => {
  const clock = manualClock();
  const simulator = await openSimulator({ clock, quirks: { twitchAppearAfterMs: 10_000, twitchLingerMs: 5_000 } });
  const [id = ''] = people(simulator, 1);
  const listed = async (): Promise<boolean> => (await liveRows(simulator, `user_id=${id}`)).length === 1;
  clock.advance(9_999);
  expect(await listed()).toBe(false);
  clock.advance(1);
  expect(await listed()).toBe(true);
  simulator.world.end('twitch', simulator.world.history()[0]?.id ?? '');
  clock.advance(4_999);
  expect(await listed()).toBe(true);
  clock.advance(1);
  expect(await listed()).toBe(false);
});

test('a flap is off the list and back, under the same id or a new one', async () => {
  const simulator = await openSimulator();
  const [user = ''] = people(simulator, 1);
  const id = async (): Promise<string | undefined> => (await liveRows(simulator, `user_id=${user}`))[0]?.id;
  const first = (await id()) ?? '';
  simulator.world.pause('twitch', first);
  expect(await id()).toBeUndefined();
  simulator.world.resume('twitch', first);
  expect(await id()).toBe(first);
  const second = await simulator.flap({ platform: 'twitch', id: first, gapMs: 0, newId: true });
  expect(await id()).toBe(second.id);
  expect(second).toMatchObject({ continues: first, identifier: user });
});
