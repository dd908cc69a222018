import { beforeEach, expect, test } from 'vitest';
import { readHistory } from '../../simulator/history.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { loadConfig } from '../../src/shared/config/config.ts';
import { PLATFORMS } from '../../src/shared/domain/platform.ts';
import { eventually } from '../support/eventually.ts';
import { ask, helix, openSimulator, steer, twitcasting, twitchToken } from './opened.ts';

let simulator: Simulator;

beforeEach(async () => {
  simulator = await openSimulator();
});

async function idFrom(path: string, body: unknown): Promise<string> {
  const { json } = await steer(simulator, 'POST', path, body);
  return (json as { id: string }).id;
}

test('a broadcast lives from announcement to end over HTTP, and the history tells it to another process', async () => {
  const channel = { platform: 'youtube', identifier: 'UC81tUN0Ljo_kr7CYSgcNPXQ' };
  expect((await steer(simulator, 'POST', '/streamers', { ...channel, name: 'Somebody' })).json).toMatchObject(channel);
  const id = await idFrom('/schedule', { ...channel, at: '2026-09-26T19:00:00+09:00', title: 'Later' });
  await steer(simulator, 'POST', '/reschedule', { platform: 'youtube', id, at: '2026-09-26T11:00:00Z' });
  await steer(simulator, 'POST', '/start', { platform: 'youtube', id });
  await steer(simulator, 'POST', '/end', { platform: 'youtube', identifier: channel.identifier });
  const { broadcasts, forgotten } = await readHistory(simulator.url);
  expect(forgotten).toBe(0);
  expect(broadcasts).toEqual(simulator.world.history());
  expect(broadcasts).toMatchObject([
    { ...channel, id, state: 'ended', scheduledStart: new Date('2026-09-26T11:00:00Z'), endedAt: expect.any(Date) },
  ]);
});

test('every other transition can be asked for', async () => {
  const person = { platform: 'twitcasting', identifier: 'afro' };
  await steer(simulator, 'POST', '/streamers', person);
  const first = await idFrom('/live', { ...person, title: 'Here', startedAt: '2026-09-26T03:00:00Z' });
  expect(simulator.world.broadcast('twitcasting', first)?.startedAt).toEqual(new Date('2026-09-26T03:00:00Z'));
  expect((await steer(simulator, 'POST', '/pause', person)).json).toMatchObject({ pauses: [{ to: null }] });
  expect((await steer(simulator, 'POST', '/resume', person)).json).toMatchObject({ offAirSince: null });
  const same = await steer(simulator, 'POST', '/flap', { ...person, gapMs: 1 });
  expect(same.json).toMatchObject({ id: first });
  const next = await steer(simulator, 'POST', '/flap', { ...person, gapMs: 1, newId: true });
  expect(next.json).toMatchObject({ continues: first, state: 'live' });
  expect((await steer(simulator, 'POST', '/remove', person)).json).toMatchObject({ removed: true, state: 'ended' });
  await steer(simulator, 'PATCH', '/streamers', { ...person, exists: false });
  expect((await twitcasting(simulator, 'users/afro')).status).toBe(404);
  await steer(simulator, 'PATCH', '/streamers', { ...person, exists: true, name: 'Afro' });
  const { json } = await steer(simulator, 'GET', '/streamers?platform=twitcasting');
  expect(json).toMatchObject([{ ...person, name: 'Afro', broadcasts: [{ id: first }, { continues: first }] }]);
  await steer(simulator, 'POST', '/streamers', { platform: 'youtube', identifier: 'UC81tUN0Ljo_kr7CYSgcNPXQ' });
  await steer(simulator, 'POST', '/upload', { identifier: 'UC81tUN0Ljo_kr7CYSgcNPXQ', id: '12345678900' });
  expect(simulator.world.uploader('12345678900')?.platform).toBe('youtube');
});

test.each([
  ['a body that is no JSON', '/live', '{', 400, 'expected object'],
  ['a platform that does not exist', '/live', '{"platform":"vimeo","identifier":"a"}', 400, 'platform'],
  ['a field that does not exist', '/live', '{"platform":"twitch","identifier":"1","tittle":"x"}', 400, 'tittle'],
  ['a streamer who does not exist', '/live', '{"platform":"twitch","identifier":"1"}', 409, 'twitch has no streamer 1'],
  ['nothing to end', '/end', '{"platform":"twitch","identifier":"1"}', 409, 'has no broadcast that is not over'],
  ['a call that does not exist', '/lives', '{}', 404, 'GET /_sim lists what there is'],
])('%s is answered with a sentence', async (_, path, body, status, words) => {
  const reply = await ask(`${simulator.url}/_sim${path}`, { method: 'POST', body });
  expect(reply.status).toBe(status);
  expect((reply.json as { error: string }).error).toContain(words);
});

test('requests are counted by endpoint, with their ids, and from zero again when asked', async () => {
  const token = await twitchToken(simulator);
  await helix(simulator, 'streams?user_id=1&user_id=2', token);
  await helix(simulator, 'streams?user_id=3&first=0', token);
  await twitcasting(simulator, 'users/c%3Aamam');
  const streams = { requests: 2, ids: 3, byStatus: { 200: 1, 400: 1 } };
  expect((await steer(simulator, 'GET', '/requests')).json).toMatchObject({ 'twitch.streams': streams });
  expect(simulator.requests.count('twitch')).toBe(3);
  expect(simulator.requests.count('twitch', 'streams')).toBe(2);
  const recent = await steer(simulator, 'GET', '/requests/recent?platform=twitcasting&endpoint=users');
  expect(recent.json).toMatchObject([{ endpoint: 'users', ids: ['c:amam'], status: 404, fault: null }]);
  expect(JSON.stringify((await steer(simulator, 'GET', '/requests/recent')).json)).not.toContain(token);
  await steer(simulator, 'DELETE', '/requests');
  expect((await steer(simulator, 'GET', '/requests')).json).toEqual({});
});

test('the list of single requests is bounded, the counters are not', async () => {
  const small = await openSimulator({ requestLimit: 5 });
  for (let n = 0; n < 12; n += 1) await twitcasting(small, `users/u${n}`);
  expect(small.requests.recent().map((one) => one.ids[0])).toEqual(['u7', 'u8', 'u9', 'u10', 'u11']);
  expect(small.requests.count('twitcasting')).toBe(12);
});

test('faults are switched on, listed and switched off', async () => {
  const id = await idFrom('/faults', { platform: 'twitcasting', kind: 'server-error', endpoint: 'users' });
  const other = await idFrom('/faults', { platform: 'twitch', kind: 'down' });
  expect((await twitcasting(simulator, 'users/a')).status).toBe(500);
  expect((await steer(simulator, 'GET', '/faults')).json).toMatchObject([{ id, kind: 'server-error' }, { id: other }]);
  expect((await steer(simulator, 'DELETE', `/faults/${id}`)).json).toEqual({ removed: true });
  expect((await twitcasting(simulator, 'users/a')).status).toBe(404);
  await steer(simulator, 'DELETE', '/faults?platform=youtube');
  expect(simulator.faults.list()).toHaveLength(1);
  await steer(simulator, 'DELETE', '/faults');
  expect(simulator.faults.list()).toEqual([]);
  expect((await steer(simulator, 'POST', '/faults', { platform: 'twitch', kind: 'tired' })).status).toBe(400);
});

test('limits, quirks and tokens change while it runs', async () => {
  await steer(simulator, 'PATCH', '/limits', { twitcasting: { perWindow: 1 } });
  expect(simulator.limits()).toMatchObject({ twitcasting: { perWindow: 1, windowMs: 60_000 } });
  await twitcasting(simulator, 'users/a');
  expect((await twitcasting(simulator, 'users/a')).status).toBe(403);
  await steer(simulator, 'PATCH', '/quirks', { twitchAppearAfterMs: 60_000 });
  expect((await steer(simulator, 'GET', '/quirks')).json).toMatchObject({
    twitchAppearAfterMs: 60_000,
    twitchLingerMs: 0,
  });
  const token = await twitchToken(simulator);
  await steer(simulator, 'POST', '/twitch/revoke', {});
  expect((await helix(simulator, 'streams', token)).status).toBe(401);
});

test('its environment is a valid one with all platforms, and it says that it is a simulator', async () => {
  const { json } = await steer(simulator, 'GET', '/env');
  expect(json).toEqual(simulator.env());
  expect(loadConfig(simulator.env()).platforms).toEqual([...PLATFORMS]);
  const root = await steer(simulator, 'GET', '');
  expect(root.json).toMatchObject({
    simulator: true,
    calls: expect.arrayContaining([{ call: 'POST /_sim/live', meaning: expect.any(String) }]),
  });
  expect(root.headers.get('server')).toBe('tallylight-simulator');
  const elsewhere = await ask(`${simulator.url}/somewhere`);
  expect([elsewhere.status, elsewhere.headers.get('server')]).toEqual([404, 'tallylight-simulator']);
});

test('a body without end is cut off rather than kept', async () => {
  const body = 'x'.repeat(3 * 1024 * 1024);
  await expect(ask(`${simulator.url}/_sim/live`, { method: 'POST', body })).rejects.toThrow('fetch failed');
});

test('stopping ends a flap and an answer that never comes, and a second stop is fine', async () => {
  const { identifier } = simulator.world.addStreamer({ platform: 'twitch' });
  const { id } = simulator.world.goLive('twitch', identifier);
  const flap = simulator.flap({ platform: 'twitch', id, gapMs: 600_000, newId: false });
  simulator.faults.add({ platform: 'twitcasting', kind: 'timeout' });
  const hanging = expect(twitcasting(simulator, 'users/a')).rejects.toThrow();
  await eventually(() => expect(simulator.requests.count('twitcasting')).toBe(1));
  await simulator.stop();
  await simulator.stop();
  expect((await flap).state).toBe('live');
  await hanging;
});
