import { expect, test } from 'vitest';
import { CREDENTIALS } from '../../simulator/credentials.ts';
import type { Simulator, SimulatorOptions } from '../../simulator/simulator.ts';
import { eventually } from '../support/eventually.ts';
import { openCallback } from './callback.ts';
import { ask, openSimulator, type Reply, settingOf, steer } from './opened.ts';

const FREE: SimulatorOptions = { limits: { twitcasting: { perWindow: 10_000 } } };

function webhooks(simulator: Simulator, method: string, query = '', body?: unknown): Promise<Reply> {
  const basic = Buffer.from(`${CREDENTIALS.twitcastingClientId}:${CREDENTIALS.twitcastingClientSecret}`);
  return ask(`${settingOf(simulator, 'TWITCASTING_API_URL')}/webhooks${query}`, {
    method,
    headers: { authorization: `Basic ${basic.toString('base64')}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

const register = (simulator: Simulator, userId: string, events = ['livestart', 'liveend']) =>
  webhooks(simulator, 'POST', '', { user_id: userId, events });

test('events are registered by user id, listed one a row, and removed one by one', async () => {
  const simulator = await openSimulator({ twitcastingCallback: 'http://127.0.0.1:1/' });
  const { userId } = simulator.world.addStreamer({ platform: 'twitcasting' });
  const added = { user_id: userId, added_events: ['liveend', 'livestart'] };
  expect(await register(simulator, userId)).toMatchObject({ status: 201, json: added });
  expect(await register(simulator, userId)).toMatchObject({ status: 200, json: { added_events: [] } });
  const rows = [
    { user_id: userId, event: 'livestart' },
    { user_id: userId, event: 'liveend' },
  ];
  expect((await webhooks(simulator, 'GET')).json).toEqual({ all_count: 2, webhooks: rows });
  expect((await webhooks(simulator, 'GET', '?user_id=1')).json).toEqual({ all_count: 0, webhooks: [] });
  const removed = await webhooks(simulator, 'DELETE', `?user_id=${userId}&events[]=livestart`);
  expect(removed).toMatchObject({ status: 200, json: { user_id: userId, deleted_events: ['livestart'] } });
  expect((await webhooks(simulator, 'GET')).json).toEqual({ all_count: 1, webhooks: rows.slice(1) });
  await webhooks(simulator, 'DELETE', `?user_id=${userId}&events[]=livestart&events[]=liveend`);
  expect((await webhooks(simulator, 'DELETE', `?user_id=${userId}&events[]=liveend`)).status).toBe(404);
});

test('no more than 50 rows are listed at once', async () => {
  const simulator = await openSimulator({ ...FREE, twitcastingCallback: 'http://127.0.0.1:1/' });
  for (let n = 0; n < 30; n += 1) {
    await register(simulator, simulator.world.addStreamer({ platform: 'twitcasting' }).userId);
  }
  const pages = await Promise.all(
    [0, 50, 60].map((offset) => webhooks(simulator, 'GET', `?limit=50&offset=${offset}`)),
  );
  expect(pages.map(({ json }) => (json as { webhooks: unknown[] }).webhooks.length)).toEqual([50, 10, 0]);
  expect((await webhooks(simulator, 'GET', '?limit=51')).status).toBe(400);
});

test('who does not exist, what is no event, and an application without an address are refused', async () => {
  const simulator = await openSimulator();
  const { userId, identifier } = simulator.world.addStreamer({ platform: 'twitcasting', identifier: 'name' });
  expect(await register(simulator, userId)).toMatchObject({ status: 400, json: { error: { code: 1002 } } });
  simulator.setTwitcastingCallback('http://127.0.0.1:1/');
  expect((await register(simulator, '1')).status).toBe(404);
  expect((await register(simulator, identifier)).status).toBe(404);
  expect(await register(simulator, userId, ['liveupdate'])).toMatchObject({
    status: 400,
    json: { error: { code: 1001 } },
  });
});

test('the start and the end are sent to the one address, signed by the constant, to be told apart by the movie', async () => {
  const simulator = await openSimulator();
  const { url, came } = await openCallback(() => ({ status: 200 }));
  await steer(simulator, 'PATCH', '/twitcasting/callback', { url });
  const [told, untold] = [1, 2].map(() => simulator.world.addStreamer({ platform: 'twitcasting' }));
  await register(simulator, told?.userId ?? '');
  simulator.world.goLive('twitcasting', untold?.identifier ?? '');
  const { id } = simulator.world.goLive('twitcasting', told?.identifier ?? '');
  await eventually(() => expect(came).toHaveLength(1));
  simulator.world.end('twitcasting', id);
  await eventually(() => expect(came).toHaveLength(2));
  expect(came.map(({ method, path }) => `${method} ${path}`)).toEqual(Array(2).fill('POST /webhooks/here'));
  const bodies = came.map(({ body }) => JSON.parse(body));
  const broadcaster = { id: told?.userId, screen_id: told?.identifier };
  expect(bodies).toMatchObject([
    { signature: CREDENTIALS.twitcastingSignature, movie: { id, is_live: true }, broadcaster },
    { signature: CREDENTIALS.twitcastingSignature, movie: { id, is_live: false }, broadcaster },
  ]);
  expect(Object.keys(bodies[0]).toSorted()).toEqual(['broadcaster', 'movie', 'signature']);
  await eventually(async () =>
    expect((await steer(simulator, 'GET', '/pushes?platform=twitcasting')).json).toMatchObject([
      { about: 'livestart', outcome: 'sent', status: 200 },
      { about: 'liveend', outcome: 'sent', status: 200 },
    ]),
  );
});

test('nothing is sent once the address is taken out', async () => {
  const simulator = await openSimulator();
  const { url, came } = await openCallback(() => ({ status: 200 }));
  simulator.setTwitcastingCallback(url);
  const { userId, identifier } = simulator.world.addStreamer({ platform: 'twitcasting' });
  await register(simulator, userId);
  await steer(simulator, 'PATCH', '/twitcasting/callback', { url: null });
  const { id } = simulator.world.goLive('twitcasting', identifier);
  simulator.setTwitcastingCallback(url);
  simulator.world.end('twitcasting', id);
  await eventually(() => expect(came.map(({ body }) => JSON.parse(body).movie.is_live)).toEqual([false]));
});
