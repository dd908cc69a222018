import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { CREDENTIALS } from '../../simulator/credentials.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { eventually } from '../support/eventually.ts';
import { type Callback, openCallback } from './callback.ts';
import { ask, openSimulator, type Reply, settingOf, steer } from './opened.ts';

const hmac = (text: string): string =>
  `sha256=${createHmac('sha256', CREDENTIALS.twitterConsumerSecret).update(text).digest('base64')}`;

function call(simulator: Simulator, method: string, path: string, body?: unknown): Promise<Reply> {
  return ask(`${settingOf(simulator, 'TWITTER_API_URL')}/${path}`, {
    method,
    headers: { authorization: `Bearer ${CREDENTIALS.twitterBearer}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

/** An address that proves itself as long as `honest` says so. */
function provingCallback(honest: () => boolean): Promise<Callback> {
  return openCallback(({ method, path }) => {
    if (method === 'POST') return { status: 200 };
    const token = new URL(path, 'http://here').searchParams.get('crc_token') ?? '';
    return { status: 200, body: JSON.stringify({ response_token: honest() ? hmac(token) : 'sha256=nonsense' }) };
  });
}

interface Row {
  readonly data: { readonly id: string; readonly valid: boolean };
}

const subscription = (event: string, userId: string, more: object = {}) => {
  return { event_type: event, filter: { user_id: userId }, ...more };
};

test('an address is registered once it has proved itself, and only once', async () => {
  const simulator = await openSimulator();
  const { url, came } = await provingCallback(() => true);
  const made = await call(simulator, 'POST', 'webhooks', { url });
  expect(made).toMatchObject({ status: 200, json: { data: { url, valid: true } } });
  expect(came.map(({ method, path }) => `${method} ${path}`)).toEqual([
    expect.stringMatching(/^GET \/webhooks\/here\?crc_token=\w+$/),
  ]);
  expect((await call(simulator, 'GET', 'webhooks')).json).toEqual({
    data: [(made.json as Row).data],
    meta: { result_count: 1 },
  });
  const refusals = [
    [url, 'DuplicateUrlFailed'],
    ['http://127.0.0.1:1/', 'CrcValidationFailed'],
    [(await provingCallback(() => false)).url, 'CrcValidationFailed'],
    ['http://tally.example/', 'UrlValidationFailed'],
    ['https://tally.example:8443/', 'UrlValidationFailed'],
  ];
  for (const [address, title] of refusals) {
    expect(await call(simulator, 'POST', 'webhooks', { url: address })).toMatchObject({ status: 400, json: { title } });
  }
  await call(simulator, 'DELETE', `webhooks/${(made.json as Row).data.id}`);
  expect((await call(simulator, 'GET', 'webhooks')).json).toEqual({ data: [], meta: { result_count: 0 } });
});

test('Spaces are told of to whom it was subscribed for, signed', async () => {
  const simulator = await openSimulator();
  const { url, came } = await provingCallback(() => true);
  const { identifier } = simulator.world.addStreamer({ platform: 'twitter' });
  const other = simulator.world.addStreamer({ platform: 'twitter' }).identifier;
  const { id: webhook } = ((await call(simulator, 'POST', 'webhooks', { url })).json as Row).data;
  for (const event of ['spaces.start', 'spaces.end']) {
    const wanted = subscription(event, identifier, { tag: 'mine', webhook_id: webhook });
    expect((await call(simulator, 'POST', 'activity/subscriptions', wanted)).status).toBe(200);
  }
  simulator.world.goLive('twitter', other);
  const { id } = simulator.world.goLive('twitter', identifier);
  await eventually(() => expect(came).toHaveLength(2));
  simulator.world.end('twitter', id);
  await eventually(() => expect(came).toHaveLength(3));
  const pushed = came.slice(1);
  for (const { body, headers } of pushed) expect(headers['x-twitter-webhooks-signature']).toBe(hmac(body));
  expect(pushed.map(({ body }) => JSON.parse(body).data)).toMatchObject([
    {
      ...{ event_uuid: expect.stringMatching(/^-?\d+$/), event_type: 'spaces.start', tag: 'mine' },
      ...{ filter: { user_id: identifier }, payload: { broadcast_id: id, event_type: 'spaces_start' } },
    },
    { event_type: 'spaces.end', payload: { broadcast_id: id, event_type: 'spaces_end' } },
  ]);
});

test('an address that no longer proves itself gets nothing until it does', async () => {
  const simulator = await openSimulator();
  let honest = true;
  const { url, came } = await provingCallback(() => honest);
  const { identifier } = simulator.world.addStreamer({ platform: 'twitter' });
  const { id: webhook } = ((await call(simulator, 'POST', 'webhooks', { url })).json as Row).data;
  for (const event of ['spaces.start', 'spaces.end']) {
    await call(simulator, 'POST', 'activity/subscriptions', subscription(event, identifier, { webhook_id: webhook }));
  }
  honest = false;
  await steer(simulator, 'POST', '/twitter/recheck');
  expect((await call(simulator, 'GET', 'webhooks')).json).toMatchObject({ data: [{ id: webhook, valid: false }] });
  const { id } = simulator.world.goLive('twitter', identifier);
  expect((await call(simulator, 'PUT', `webhooks/${webhook}`)).status).toBe(400);
  honest = true;
  expect((await call(simulator, 'PUT', `webhooks/${webhook}`)).json).toEqual({ data: { valid: true } });
  simulator.world.end('twitter', id);
  await eventually(() => {
    const told = came.filter(({ method }) => method === 'POST').map(({ body }) => JSON.parse(body).data.event_type);
    expect(told).toEqual(['spaces.end']);
  });
});

test('subscriptions are made once for each user and event, to a limit, listed in pages, moved and ended', async () => {
  const simulator = await openSimulator({ limits: { twitter: { subscriptions: 3 } } });
  const make = (userId: string, more: object = {}) =>
    call(simulator, 'POST', 'activity/subscriptions', subscription('spaces.start', userId, more));
  const ids = [];
  for (const userId of ['1', '2', '3']) {
    const { json } = await make(userId);
    ids.push((json as { data: [{ subscription_id: string }] }).data[0].subscription_id);
  }
  expect(await make('1')).toMatchObject({ status: 409, json: { title: 'DuplicateSubscription' } });
  expect((await make('4')).status).toBe(403);
  expect((await make('x')).status).toBe(400);
  const first = await call(simulator, 'GET', 'activity/subscriptions?max_results=2');
  const { next_token: token } = (first.json as { meta: { next_token: string } }).meta;
  expect(token.length).toBeGreaterThanOrEqual(16);
  const second = await call(simulator, 'GET', `activity/subscriptions?max_results=2&pagination_token=${token}`);
  const listed = [first, second].flatMap(({ json }) => (json as { data: { subscription_id: string }[] }).data);
  expect(listed.map((row) => row.subscription_id)).toEqual(ids);
  expect(second.json).toMatchObject({ meta: { result_count: 1, total_subscriptions: 3 } });
  expect((second.json as { meta: object }).meta).not.toHaveProperty('next_token');
  const moved = await call(simulator, 'PUT', `activity/subscriptions/${ids[0]}`, { tag: 'new' });
  expect(moved.json).toMatchObject({ data: { tag: 'new' } });
  expect((await call(simulator, 'PUT', `activity/subscriptions/${ids[0]}`, { webhook_id: '1' })).status).toBe(400);
  expect((await call(simulator, 'DELETE', `activity/subscriptions/${ids[0]}`)).json).toEqual({
    ...{ data: { deleted: true }, meta: { total_subscriptions: 2 } },
  });
  expect((await call(simulator, 'DELETE', `activity/subscriptions/${ids[0]}`)).status).toBe(404);
});

test.each([
  ['list', { data: [{ subscription_id: expect.any(String) }] }],
  ['object', { data: { subscription_id: expect.any(String) } }],
  ['nested', { data: { subscription: { subscription_id: expect.any(String) } } }],
] as const)('a new subscription is wrapped as %s where it is told to', async (shape, answer) => {
  const simulator = await openSimulator({ quirks: { twitterSubscriptionShape: shape } });
  const { json } = await call(simulator, 'POST', 'activity/subscriptions', subscription('spaces.end', '1'));
  expect(json).toMatchObject(answer);
});
