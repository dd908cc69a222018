import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { CREDENTIALS } from '../../../../simulator/credentials.ts';
import type { Simulator, SimulatorOptions } from '../../../../simulator/simulator.ts';
import { PlatformError } from '../../../../src/shared/platforms/errors.ts';
import type { Incoming, PushAdapter, RemoteSubscription } from '../../../../src/shared/platforms/push/push-adapter.ts';
import { createTwitterPush } from '../../../../src/shared/platforms/twitter/push.ts';
import { openSimulator, settingOf } from '../../../simulator/opened.ts';
import { eventually } from '../../../support/eventually.ts';
import { never, partsWith, useRedis } from '../opened.ts';
import { posted, type Received, receiveWith } from '../received.ts';

const redis = useRedis();
const SECRET = CREDENTIALS.twitterConsumerSecret;
const FREE: SimulatorOptions['limits'] = { twitter: { perWindow: 100_000, activityPerWindow: 100_000 } };

interface Opened {
  readonly simulator: Simulator;
  readonly world: Simulator['world'];
  readonly adapter: PushAdapter;
  readonly here: Received;
}

async function opened(options: SimulatorOptions = {}): Promise<Opened> {
  const simulator = await openSimulator(options);
  const here = await receiveWith(() => adapter);
  const adapter = adapterFor(simulator, here.url);
  return { simulator, world: simulator.world, adapter, here };
}

function adapterFor(simulator: Simulator, callback: string, consumerSecret: string = SECRET): PushAdapter {
  const settings = {
    bearerToken: settingOf(simulator, 'TWITTER_BEARER_TOKEN'),
    apiUrl: settingOf(simulator, 'TWITTER_API_URL'),
    consumerSecret,
  };
  return createTwitterPush({ ...partsWith(redis()), settings, callback });
}

const wish = (identifier: string, topic: string) => ({ identifier, topic, remoteId: null, leaseUntil: null });

async function subscribeBoth(adapter: PushAdapter, identifier: string): Promise<void> {
  for (const topic of adapter.topics) await adapter.subscribe(wish(identifier, topic), never);
}

async function listed(adapter: PushAdapter): Promise<RemoteSubscription[]> {
  const rows: RemoteSubscription[] = [];
  for await (const page of adapter.list?.(never) ?? []) rows.push(...page);
  return rows;
}

async function refusal(asked: Promise<unknown>): Promise<PlatformError> {
  const error = await asked.catch((thrown: unknown) => thrown);
  if (error instanceof PlatformError) return error;
  throw new Error(`expected a PlatformError, got ${String(error)}`);
}

const api = (simulator: Simulator, method: string, path: string, body?: unknown) =>
  fetch(`${settingOf(simulator, 'TWITTER_API_URL')}/${path}`, {
    method,
    headers: { authorization: `Bearer ${CREDENTIALS.twitterBearer}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

const hmac = (text: string | Buffer): string => `sha256=${createHmac('sha256', SECRET).update(text).digest('base64')}`;

describe('subscriptions at X', () => {
  test.each(['list', 'object', 'nested'] as const)('are made, with an answer that is wrapped as %s', async (shape) => {
    const { simulator, adapter, here } = await opened({ quirks: { twitterSubscriptionShape: shape } });
    const made = await adapter.subscribe(wish('2244994945', 'spaces.start'), never);
    expect(made).toEqual({ state: 'active', remoteId: expect.stringMatching(/^\d{19}$/), leaseUntil: null });
    await adapter.subscribe(wish('2244994945', 'spaces.end'), never);
    expect(here.receipts.map(({ kind }) => kind)).toEqual(['asked']);
    expect(simulator.requests.count('twitter', 'create-webhook')).toBe(1);
    const row = {
      identifier: '2244994945',
      topic: 'spaces.start',
      remoteId: made.remoteId,
      state: 'active',
      ours: true,
    };
    expect(await listed(adapter)).toEqual([row, { ...row, topic: 'spaces.end', remoteId: expect.any(String) }]);
  });

  test('go to the address that is registered already, and each exists once', async () => {
    const { simulator, adapter, here } = await opened();
    const first = await adapter.subscribe(wish('1', 'spaces.start'), never);
    const restarted = adapterFor(simulator, here.url);
    expect((await restarted.subscribe(wish('1', 'spaces.start'), never)).remoteId).toBe(first.remoteId);
    expect(await listed(restarted)).toHaveLength(1);
    expect(simulator.requests.count('twitter', 'create-webhook')).toBe(1);
  });

  test('are ended by id, or found when the id is not known; what is gone counts as ended', async () => {
    const { adapter } = await opened();
    await subscribeBoth(adapter, '7');
    const [start] = await listed(adapter);
    await adapter.unsubscribe({ ...wish('7', 'spaces.start'), remoteId: start?.remoteId ?? null }, never);
    await adapter.unsubscribe({ ...wish('7', 'spaces.start'), remoteId: start?.remoteId ?? null }, never);
    expect((await listed(adapter)).map(({ topic }) => topic)).toEqual(['spaces.end']);
    await adapter.unsubscribe(wish('7', 'spaces.end'), never);
    await adapter.unsubscribe(wish('7', 'spaces.end'), never);
    expect(await listed(adapter)).toEqual([]);
  });

  test('are listed in pages, all of them, and those of another address are not ours', async () => {
    const { simulator, adapter } = await opened({ limits: FREE });
    await adapter.subscribe(wish('1', 'spaces.start'), never);
    for (let id = 2; id < 1_202; id += 1) {
      await api(simulator, 'POST', 'activity/subscriptions', {
        event_type: 'spaces.start',
        filter: { user_id: String(id) },
      });
    }
    const rows = await listed(adapter);
    expect(new Set(rows.map(({ identifier }) => identifier)).size).toBe(1_201);
    expect(rows.filter(({ ours }) => ours).map(({ identifier }) => identifier)).toEqual(['1']);
    expect(simulator.requests.count('twitter', 'activity-subscriptions')).toBe(2);
  });

  test('move along when our address changes, but are not taken from another program', async () => {
    const { simulator, world, adapter } = await opened();
    world.addStreamer({ platform: 'twitter', identifier: '42' });
    await subscribeBoth(adapter, '42');
    await api(simulator, 'POST', 'activity/subscriptions', { event_type: 'spaces.end', filter: { user_id: '43' } });
    const there = await receiveWith(() => moved);
    const moved = adapterFor(simulator, there.url);
    expect(await listed(moved)).toMatchObject([{ ours: false }, { ours: false }, { ours: false }]);
    await subscribeBoth(moved, '42');
    expect((await listed(moved)).map(({ ours }) => ours)).toEqual([true, true, false]);
    world.goLive('twitter', '42');
    await eventually(() => expect(there.receipts.map(({ kind }) => kind)).toEqual(['asked', 'delivery']));
    const error = await refusal(moved.subscribe(wish('43', 'spaces.end'), never));
    expect(error.message).toContain('another program');
    expect(moved.mark).not.toBe(adapter.mark);
  });

  test('say what to do while X cannot verify the address', async () => {
    const simulator = await openSimulator();
    const there = await receiveWith(() => adapterFor(simulator, '', 'another'));
    for (const callback of ['http://127.0.0.1:1/', there.url, 'http://example.com/']) {
      const error = await refusal(adapterFor(simulator, callback).subscribe(wish('1', 'spaces.end'), never));
      expect(error).toMatchObject({ fault: 'unauthorized', restUntil: expect.any(Date) });
      expect(error.message).toMatch(/PUBLIC_URL.*TWITTER_CONSUMER_SECRET/);
    }
  });

  test('count for nothing while X holds our address for invalid, until it passes again', async () => {
    const simulator = await openSimulator();
    let secret: string = SECRET;
    const adapter = (): PushAdapter => adapterFor(simulator, there.url, secret);
    const there = await receiveWith(adapter);
    await subscribeBoth(adapter(), simulator.world.addStreamer({ platform: 'twitter', identifier: '5' }).identifier);
    secret = 'another';
    await simulator.recheckTwitterWebhooks();
    expect((await listed(adapter())).map(({ state }) => state)).toEqual(['pending', 'pending']);
    const { id } = simulator.world.goLive('twitter', '5');
    secret = SECRET;
    expect((await listed(adapter())).map(({ state }) => state)).toEqual(['active', 'active']);
    simulator.world.end('twitter', id);
    await eventually(() => expect(there.receipts.map(({ kind }) => kind)).toContain('delivery'));
    const told = there.receipts.flatMap((receipt) => (receipt.kind === 'delivery' ? receipt.pushed : []));
    expect(told).toEqual([{ identifier: '5', broadcastId: id, says: 'offline' }]);
  });

  test('are as many as X allows', async () => {
    const { adapter } = await opened({ limits: { twitter: { subscriptions: 1 } } });
    await adapter.subscribe(wish('1', 'spaces.start'), never);
    expect(await refusal(adapter.subscribe(wish('1', 'spaces.end'), never))).toMatchObject({ fault: 'unauthorized' });
    expect(await adapter.capacity()).toBe(1_500);
  });

  test.each([
    ['rate-limited', 'rate-limited'],
    ['credits', 'budget-spent'],
    ['quota', 'budget-spent'],
    ['unauthorized', 'unauthorized'],
    ['garbage', 'unavailable'],
    ['half', 'unavailable'],
    ['no-body', 'unavailable'],
    ['down', 'unavailable'],
  ] as const)('are neither made nor listed when X answers with %s', async (kind, fault) => {
    const { simulator, adapter } = await opened();
    simulator.faults.add({ platform: 'twitter', endpoint: 'activity-subscribe', kind });
    simulator.faults.add({ platform: 'twitter', endpoint: 'activity-subscriptions', kind });
    expect(await refusal(adapter.subscribe(wish('1', 'spaces.start'), never))).toMatchObject({ fault });
    expect(await refusal(listed(adapter))).toMatchObject({ fault });
  });
});

describe('what X sends', () => {
  test('tells of the start and the end of a Space, each with an id of its own', async () => {
    const { world, adapter, here } = await opened({ quirks: { pushDuplicateRate: 1 } });
    world.addStreamer({ platform: 'twitter', identifier: '2244994945' });
    await subscribeBoth(adapter, '2244994945');
    const { id } = world.goLive('twitter', '2244994945');
    await eventually(() => expect(here.receipts).toHaveLength(3));
    world.end('twitter', id);
    await eventually(() => expect(here.receipts).toHaveLength(5));
    const [, start, again, end] = here.receipts;
    expect(start).toEqual({
      ...{ kind: 'delivery', answer: { status: 200 }, messageId: expect.stringMatching(/^-?\d{19}$/) },
      topics: [{ identifier: '2244994945', topic: 'spaces.start' }],
      pushed: [{ identifier: '2244994945', broadcastId: id, says: 'online' }],
    });
    expect(again).toEqual(start);
    expect(end).toMatchObject({ pushed: [{ broadcastId: id, says: 'offline' }] });
    expect(end?.kind === 'delivery' && end.messageId).not.toBe(start?.kind === 'delivery' && start.messageId);
  });

  test('is believed by either of its two signatures, and refused with none, a wrong one, or a changed body', async () => {
    const { simulator, world, adapter, here } = await opened();
    world.addStreamer({ platform: 'twitter', identifier: '9' });
    await subscribeBoth(adapter, '9');
    world.goLive('twitter', '9');
    const body = await eventually(() => {
      expect(here.incoming).toHaveLength(2);
      return here.incoming[1]?.body ?? Buffer.of();
    });
    const kind = async (given: Incoming, by = adapter) => (await by.receive(given, async () => true)).kind;
    for (const name of ['x-twitter-webhooks-signature', 'x-twitter-webhooks-signature-oauth2']) {
      expect(await kind(posted(body, { [name]: hmac(body) }))).toBe('delivery');
      expect(await kind(posted(body, { [name]: hmac(body).replace('sha256=', '') }))).toBe('refused');
      expect(await kind(posted(body, { [name]: hmac('another') }))).toBe('refused');
      expect(await kind(posted(Buffer.concat([body, Buffer.of(32)]), { [name]: hmac(body) }))).toBe('refused');
      expect(await kind(posted(body.subarray(0, -1), { [name]: hmac(body) }))).toBe('refused');
    }
    expect(await kind(posted(body))).toBe('refused');
    const signed = posted(body, { 'x-twitter-webhooks-signature': hmac(body) });
    expect(await kind(signed, adapterFor(simulator, here.url, 'another'))).toBe('refused');
  });

  test('as a check is answered, but never in a way that signs a delivery', async () => {
    const { adapter } = await opened();
    const check = async (token: string) =>
      adapter.receive(
        { ...posted(''), method: 'GET', query: new URLSearchParams({ crc_token: token }) },
        async () => true,
      );
    const answered = await check('9b4507b3-9040-4669-9ca3-6b94edb50553');
    expect(answered).toEqual({
      kind: 'asked',
      answer: {
        status: 200,
        body: JSON.stringify({ response_token: hmac('9b4507b3-9040-4669-9ca3-6b94edb50553') }),
        contentType: 'application/json',
      },
    });
    const event = {
      event_uuid: '1',
      event_type: 'spaces.end',
      filter: { user_id: '1' },
      payload: { broadcast_id: '1a' },
    };
    for (const token of [
      JSON.stringify({ data: event }),
      ` {"data":[]}`,
      '',
      'x'.repeat(513),
      '{}',
      '[]',
      '"x"',
      'a b',
    ]) {
      expect((await check(token)).kind).toBe('refused');
    }
    const none = { ...posted(''), method: 'GET' };
    expect((await adapter.receive(none, async () => true)).kind).toBe('refused');
  });

  test('of other kinds is left to others; several at once are all taken; without an id the Space is one', async () => {
    const { adapter } = await opened();
    const receive = (data: unknown) => {
      const body = JSON.stringify({ data });
      return adapter.receive(posted(body, { 'x-twitter-webhooks-signature': hmac(body) }), async () => true);
    };
    const space = (type: string, id: string) => ({
      ...{ event_type: type, filter: { user_id: '7' }, payload: { broadcast_id: id } },
    });
    expect(await receive({ event_type: 'profile.update.bio', filter: { keyword: 'x' }, payload: {} })).toMatchObject({
      ...{ kind: 'delivery', messageId: null, pushed: [], topics: [] },
    });
    expect(await receive({ ...space('toString', '1a'), event_uuid: '5' })).toMatchObject({ pushed: [] });
    expect(
      await receive([{ ...space('spaces.start', '1a'), event_uuid: '-5' }, space('spaces.end', '1b')]),
    ).toMatchObject({
      messageId: '-5 spaces.end/1b',
      pushed: [
        { identifier: '7', broadcastId: '1a', says: 'online' },
        { identifier: '7', broadcastId: '1b', says: 'offline' },
      ],
    });
    const senseless = [null, 1, 'x', {}, [1], { ...space('spaces.end', '1a'), filter: {} }, space('spaces.end', 'a b')];
    for (const data of senseless) {
      expect(await receive(data)).toMatchObject({ kind: 'refused', answer: { status: 200 } });
    }
  });

  test('is refused when it is garbage, and never throws', async () => {
    const { adapter } = await opened();
    for (let n = 0; n < 2_000; n += 1) {
      const body = randomBytes(n % 200);
      const signature = n % 2 === 0 ? hmac(body) : randomBytes(n % 60).toString('base64');
      const receipt = await adapter.receive(
        posted(body, { 'x-twitter-webhooks-signature': signature }),
        async () => true,
      );
      expect(receipt.kind).toBe('refused');
    }
    expect((await adapter.receive({ ...posted(''), method: 'PUT' }, async () => true)).kind).toBe('refused');
    expect((await adapter.receive({ ...posted(''), place: 'x' }, async () => true)).kind).toBe('refused');
  });
});
