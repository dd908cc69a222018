import { expect, test } from 'vitest';
import type { Simulator } from '../../simulator/simulator.ts';
import { ask, manualClock, openSimulator, settingOf, x } from './opened.ts';

const FREE = { twitter: { perSecond: 1_000, perWindow: 1_000 } };
const FIELDS = 'space.fields=id,state,title,creator_id,scheduled_start,started_at,ended_at';

function user(simulator: Simulator): string {
  return simulator.world.addStreamer({ platform: 'twitter' }).identifier;
}

test('live and scheduled Spaces of several creators come in one answer', async () => {
  const clock = manualClock();
  const simulator = await openSimulator({ clock, limits: FREE });
  const [one, two] = [user(simulator), user(simulator)];
  const live = simulator.world.goLive('twitter', one, { title: 'Talk' });
  const at = new Date('2026-09-27T10:00:00Z');
  const planned = simulator.world.schedule('twitter', two, { title: '', at });
  const { json } = await x(simulator, `spaces/by/creator_ids?user_ids=${one},${two},999&${FIELDS}`);
  expect(json).toEqual({
    data: [
      { id: live.id, state: 'live', title: 'Talk', creator_id: one, started_at: '2026-09-26T10:00:00.000Z' },
      { id: planned.id, state: 'scheduled', creator_id: two, scheduled_start: '2026-09-27T10:00:00.000Z' },
    ],
    meta: { result_count: 2 },
  });
  const bare = await x(simulator, `spaces/by/creator_ids?user_ids=${one}`);
  expect(bare.json).toEqual({ data: [{ id: live.id, state: 'live' }], meta: { result_count: 1 } });
});

test('without a Space there is no `data`, and what has ended or was called off is no longer listed', async () => {
  const simulator = await openSimulator({ limits: FREE });
  const creator = user(simulator);
  const { id } = simulator.world.goLive('twitter', creator);
  const planned = simulator.world.schedule('twitter', creator, { at: new Date() });
  simulator.world.end('twitter', id);
  simulator.world.cancel('twitter', planned.id);
  const { status, json } = await x(simulator, `spaces/by/creator_ids?user_ids=${creator}`);
  expect({ status, json }).toEqual({ status: 200, json: { meta: { result_count: 0 } } });
});

test('a Space that is asked for by id is found when it has ended, or reported missing beside the others', async () => {
  const simulator = await openSimulator({ limits: FREE });
  const creator = user(simulator);
  const ended = simulator.world.goLive('twitter', creator);
  simulator.world.end('twitter', ended.id);
  const live = simulator.world.goLive('twitter', creator);
  const path = `spaces?ids=${ended.id},${live.id},1aaaaaaaaaaaa&${FIELDS}`;
  const missing = { resource_id: '1aaaaaaaaaaaa', type: 'https://api.x.com/2/problems/resource-not-found' };
  expect(await x(simulator, path)).toMatchObject({
    status: 200,
    json: {
      data: [
        { id: ended.id, state: 'ended', ended_at: expect.any(String) },
        { id: live.id, state: 'live' },
      ],
      errors: [missing],
      meta: { result_count: 2 },
    },
  });
  simulator.setQuirks({ twitterEndedSpaces: 'not-found' });
  expect((await x(simulator, path)).json).toMatchObject({
    data: [{ id: live.id }],
    errors: [{ resource_id: ended.id }, missing],
  });
  expect((await x(simulator, `spaces/${live.id}`)).json).toEqual({ data: { id: live.id, state: 'live' } });
});

test('where `creator_id` is no field it is a 400 that names the field, and the expansion brings it', async () => {
  const simulator = await openSimulator({ limits: FREE, quirks: { twitterRejectsCreatorId: true } });
  const creator = user(simulator);
  const { id } = simulator.world.goLive('twitter', creator);
  const refused = await x(simulator, `spaces/by/creator_ids?user_ids=${creator}&${FIELDS}`);
  expect(refused.status).toBe(400);
  expect(refused.text).toContain('creator_id');
  const expanded = await x(simulator, `spaces/by/creator_ids?user_ids=${creator}&expansions=creator_id`);
  expect(expanded.json).toMatchObject({
    data: [{ id, creator_id: creator }],
    includes: { users: [{ id: creator }] },
  });
});

test.each([
  ['an id that is no number', 'spaces/by/creator_ids?user_ids=12,ab'],
  ['more than 100 ids', `spaces/by/creator_ids?user_ids=${Array.from({ length: 101 }, (_, n) => n + 1).join()}`],
  ['no ids', 'spaces?ids='],
  ['a malformed screen name', 'users/by?usernames=not-a-name'],
])('%s is a 400 problem', async (_, path) => {
  const simulator = await openSimulator({ limits: FREE });
  const reply = await x(simulator, path);
  expect(reply).toMatchObject({ status: 400, json: { title: 'Invalid Request' } });
  expect(reply.headers.get('content-type')).toContain('application/problem+json');
});

test('users are found by screen name in whatever case and by id; a missing one is an error beside them', async () => {
  const simulator = await openSimulator({ limits: FREE });
  simulator.world.addStreamer({ platform: 'twitter', identifier: '2244994945', login: 'XDevelopers', name: 'Devs' });
  const found = { id: '2244994945', name: 'Devs', username: 'XDevelopers' };
  expect((await x(simulator, 'users/by?usernames=xdevelopers,nobody')).json).toMatchObject({
    data: [found],
    errors: [{ resource_id: 'nobody', parameter: 'usernames' }],
  });
  expect((await x(simulator, 'users?ids=2244994945')).json).toEqual({ data: [found] });
  expect((await x(simulator, 'users/by/username/XDEVELOPERS')).json).toEqual({ data: found });
  const nobody = await x(simulator, 'users/by?usernames=nobody');
  expect(nobody.status).toBe(200);
  expect(nobody.json).not.toHaveProperty('data');
});

test('Spaces by creator are answered once a second and so often in a window, each endpoint by itself', async () => {
  const clock = manualClock();
  const simulator = await openSimulator({ clock, limits: { twitter: { perWindow: 2 } } });
  const look = () => x(simulator, 'spaces/by/creator_ids?user_ids=1');
  const first = await look();
  expect([first.status, first.headers.get('x-rate-limit-limit'), first.headers.get('x-rate-limit-remaining')]).toEqual([
    200,
    '2',
    '1',
  ]);
  expect((await look()).status).toBe(429);
  clock.advance(1_000);
  expect((await look()).status).toBe(200);
  clock.advance(1_000);
  const spent = await look();
  expect(spent).toMatchObject({ status: 429, json: { title: 'Too Many Requests', type: 'about:blank', status: 429 } });
  expect(spent.headers.get('x-rate-limit-remaining')).toBe('0');
  const windowEnd = Date.parse('2026-09-26T10:15:00Z') / 1_000;
  expect(spent.headers.get('x-rate-limit-reset')).toBe(String(windowEnd));
  expect((await x(simulator, 'spaces?ids=1aaaaaaaaaaaa')).status).toBe(200);
  clock.advance(15 * 60_000);
  expect((await look()).status).toBe(200);
});

test('without the bearer token it is a 401 problem', async () => {
  const simulator = await openSimulator();
  const reply = await ask(`${settingOf(simulator, 'TWITTER_API_URL')}/spaces?ids=1`);
  expect(reply).toMatchObject({ status: 401, json: { title: 'Unauthorized', type: 'about:blank', status: 401 } });
});
