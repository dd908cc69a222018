import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Simulator, SimulatorOptions } from '../../../../simulator/simulator.ts';
import { loadConfig } from '../../../../src/shared/config/config.ts';
import { PUSH_TELLS } from '../../../../src/shared/domain/push-tells.ts';
import type { PushAdapter, RemoteSubscription, Topic } from '../../../../src/shared/platforms/push/push-adapter.ts';
import { createTwitchPush, secretOf } from '../../../../src/shared/platforms/twitch/push.ts';
import { twitchSettings } from '../../../../src/shared/platforms/platform-settings.ts';
import { openSimulator } from '../../../simulator/opened.ts';
import { eventually } from '../../../support/eventually.ts';
import { never, partsWith, serve, useRedis } from '../opened.ts';

const redis = useRedis();
const yes = async () => true;

/** An adapter with an address that answers as the ingress does. */
async function opened(
  options: SimulatorOptions & { shards?: number; wanted?: (topic: Topic) => Promise<boolean> } = {},
) {
  const { shards = 0, wanted = yes, ...rest } = options;
  const simulator = await openSimulator(rest);
  let adapter: PushAdapter | undefined;
  const kinds: string[] = [];
  const callback = await serve(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const incoming = {
      method: 'POST',
      place: '',
      query: new URLSearchParams(),
      headers: request.headers,
      body: Buffer.concat(chunks),
    };
    const receipt = await adapter?.receive(incoming, wanted);
    kinds.push(receipt?.kind ?? 'none');
    response.writeHead(receipt?.answer.status ?? 500, { 'content-type': receipt?.answer.contentType ?? 'text/plain' });
    response.end(receipt?.answer.body);
  });
  adapter = adapterFor(simulator, callback, shards);
  const identifier = simulator.world.addStreamer({ platform: 'twitch' }).identifier;
  return { simulator, adapter, identifier, kinds, callback };
}

function adapterFor(simulator: Simulator, callback: string, conduitShards = 0): PushAdapter {
  const settings = { ...twitchSettings(loadConfig(simulator.env())), conduitShards };
  return createTwitchPush({ ...partsWith(redis()), settings, callback });
}

const wish = (identifier: string, topic = 'stream.online') => ({ identifier, topic, remoteId: null, leaseUntil: null });

async function listed(adapter: PushAdapter): Promise<RemoteSubscription[]> {
  const rows: RemoteSubscription[] = [];
  for await (const page of adapter.list?.(never) ?? []) rows.push(...page);
  return rows;
}

describe('subscriptions of Twitch', () => {
  test('are asked for, challenged, listed and ended', async () => {
    const { simulator, adapter, identifier } = await opened();
    expect(adapter.tells).toBe(PUSH_TELLS.twitch);
    const { state, remoteId } = await adapter.subscribe(wish(identifier), never);
    expect(state).toBe('pending');
    await eventually(() =>
      expect(simulator.eventsub.subscriptions()).toMatchObject([{ id: remoteId, status: 'enabled' }]),
    );
    expect(await listed(adapter)).toMatchObject([
      { identifier, topic: 'stream.online', remoteId, state: 'active', ours: true },
    ]);
    await adapter.unsubscribe({ ...wish(identifier), remoteId }, never);
    await adapter.unsubscribe({ ...wish(identifier), remoteId }, never);
    expect(await listed(adapter)).toEqual([]);
  });

  test('that exist are adopted, dead ones made anew', async () => {
    const { simulator, adapter, identifier } = await opened();
    const { remoteId } = await adapter.subscribe(wish(identifier), never);
    await eventually(() => expect(simulator.eventsub.subscriptions()[0]?.status).toBe('enabled'));
    expect(await adapter.subscribe(wish(identifier), never)).toEqual({ state: 'active', remoteId, leaseUntil: null });
    simulator.eventsub.revoke({ identifier });
    const again = await adapter.subscribe(wish(identifier), never);
    expect(again.remoteId).not.toBe(remoteId);
    expect(simulator.eventsub.subscriptions()).toHaveLength(1);
  });

  test('fail without a challenge that is wanted', async () => {
    const { simulator, adapter, identifier } = await opened({ wanted: async () => false });
    await adapter.subscribe(wish(identifier), never);
    await eventually(async () => expect((await listed(adapter))[0]?.state).toBe('dead'));
    expect(simulator.eventsub.subscriptions()[0]?.status).toBe('webhook_callback_verification_failed');
  });

  test('are limited by their cost, which is no reason to rest, and by points, which is', async () => {
    const { simulator, adapter, identifier } = await opened({ limits: { twitch: { maxTotalCost: 1 } } });
    expect(await adapter.capacity()).toBe(1);
    await adapter.subscribe(wish(identifier), never);
    const refused = adapter.subscribe(wish(identifier, 'stream.offline'), never);
    await expect(refused).rejects.toMatchObject({ fault: 'unavailable', restUntil: null });
    simulator.faults.add({ platform: 'twitch', endpoint: 'subscribe', kind: 'rate-limited', retryAfterSeconds: 30 });
    const limited = adapter.subscribe(wish(identifier, 'stream.offline'), never);
    await expect(limited).rejects.toMatchObject({ fault: 'rate-limited', restUntil: expect.any(Date) });
  });

  test('renew a token that was refused', async () => {
    const { simulator, adapter, identifier } = await opened();
    await adapter.subscribe(wish(identifier), never);
    simulator.revokeTwitchTokens();
    await adapter.subscribe(wish(identifier, 'stream.offline'), never);
    expect(simulator.eventsub.subscriptions()).toHaveLength(2);
  });

  test('for another address are not ours, and are listed over many pages', async () => {
    const { simulator, adapter } = await opened();
    const other = adapterFor(simulator, 'http://127.0.0.1:1/elsewhere');
    expect(other.mark).not.toBe(adapter.mark);
    const ids = Array.from({ length: 120 }, () => simulator.world.addStreamer({ platform: 'twitch' }).identifier);
    for (const id of ids) await other.subscribe(wish(id), new AbortController().signal);
    const rows = await listed(adapter);
    expect(rows.filter((row) => !row.ours)).toHaveLength(120);
    expect(await adapter.capacity()).toBe(10_000 - 120);
  });

  test('go through a conduit, whose shards are kept on their feet', async () => {
    const { simulator, adapter, identifier, callback, kinds } = await opened({ shards: 2 });
    const made = await adapter.subscribe(wish(identifier), never);
    expect(made.state).toBe('active');
    const shards = () => [...(simulator.conduits()[0]?.shards.values() ?? [])];
    await eventually(() => expect(shards().map(({ status }) => status)).toEqual(['enabled', 'enabled']));
    simulator.world.goLive('twitch', identifier);
    await eventually(() => expect(kinds).toContain('delivery'));
    for (const shard of shards()) shard.status = 'notification_failures_exceeded';
    const restarted = adapterFor(simulator, callback, 2);
    expect(await listed(restarted)).toMatchObject([{ identifier, state: 'active', ours: true }]);
    await eventually(() => expect(shards().map(({ status }) => status)).toEqual(['enabled', 'enabled']));
    expect(simulator.conduits()).toHaveLength(1);
  });
});

describe('what Twitch sends', () => {
  const NOW = new Date();
  const adapter = createTwitchPush({
    ...{ redis: redis as never, metrics: undefined as never, logger: undefined as never, clock: { now: () => NOW } },
    settings: { clientId: 'id', clientSecret: 'client secret', apiUrl: '', authUrl: '', conduitShards: 0 },
    callback: 'https://here/webhooks/twitch',
  });
  const subscription = { type: 'stream.online', status: 'enabled', condition: { broadcaster_user_id: '77' } };

  function incoming(
    body: unknown,
    given: { at?: Date; secret?: string; type?: string; place?: string; method?: string } = {},
  ) {
    const { at = NOW, secret = secretOf('client secret'), type = 'notification', place = '', method = 'POST' } = given;
    const stamp = at.toISOString().replace('Z', '123456Z');
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const signature = createHmac('sha256', secret).update(`m1${stamp}${text}`).digest('hex');
    const headers = {
      'twitch-eventsub-message-id': 'm1',
      'twitch-eventsub-message-timestamp': stamp,
      'twitch-eventsub-message-type': type,
      'twitch-eventsub-message-signature': `sha256=${signature}`,
    };
    return { method, place, query: new URLSearchParams(), headers, body: Buffer.from(text) };
  }
  const receive = (...given: Parameters<typeof incoming>) => adapter.receive(incoming(...given), yes);
  const minutes = (count: number) => new Date(NOW.getTime() + count * 60_000);

  test('is a hint when it is signed', async () => {
    const online = await receive({ subscription, event: { type: 'live' } });
    expect(online).toMatchObject({
      kind: 'delivery',
      messageId: 'm1',
      topics: [{ identifier: '77', topic: 'stream.online' }],
    });
    expect(online).toMatchObject({ pushed: [{ identifier: '77', says: 'online' }], answer: { status: 204 } });
    expect(await receive({ subscription, event: { type: 'rerun' } })).toMatchObject({
      pushed: [{ says: 'something' }],
    });
    const offline = { ...subscription, type: 'stream.offline' };
    expect(await receive({ subscription: offline, event: {} })).toMatchObject({ pushed: [{ says: 'offline' }] });
  });

  test.each([
    ['another secret', { secret: 'wrong' }, 403],
    ['an old timestamp', { at: minutes(-11) }, 403],
    ['a timestamp to come', { at: minutes(11) }, 403],
    ['another place', { place: 'x' }, 404],
    ['another method', { method: 'GET' }, 405],
    ['an unknown type', { type: 'surprise' }, 204],
  ])('is refused with %s', async (_name, given, status) => {
    expect(await receive({ subscription, event: {} }, given)).toMatchObject({ kind: 'refused', answer: { status } });
  });

  test.each([
    '',
    'nonsense',
    '[]',
    '{"subscription":{}}',
    '{"subscription":{"type":"stream.online","status":"","condition":{"broadcaster_user_id":"../7"}},"event":{}}',
  ])('is refused when it is signed and unreadable: %s', async (text) => {
    expect((await receive(text)).kind).toBe('refused');
  });

  test('without any header is refused', async () => {
    const bare = { ...incoming({}), headers: {} };
    expect((await adapter.receive(bare, yes)).kind).toBe('refused');
    const short = {
      ...incoming({}),
      headers: { ...incoming({}).headers, 'twitch-eventsub-message-signature': 'sha256=ab' },
    };
    expect((await adapter.receive(short, yes)).kind).toBe('refused');
  });

  test('asks whether we asked', async () => {
    const type = 'webhook_callback_verification';
    const body = { challenge: 'words', subscription };
    const receipt = await receive(body, { type });
    expect(receipt).toMatchObject({ kind: 'asked', answer: { status: 200, body: 'words', contentType: 'text/plain' } });
    expect(receipt).toMatchObject({ confirmed: { identifier: '77', topic: 'stream.online', leaseUntil: null } });
    const unwanted = await adapter.receive(incoming(body, { type }), async () => false);
    expect(unwanted).toMatchObject({ kind: 'refused', answer: { status: 404 } });
    expect((await receive({ challenge: 'words' }, { type })).kind).toBe('refused');
  });

  test('may take a subscription away', async () => {
    const gone = { subscription: { ...subscription, status: 'user_removed' } };
    const topics = [{ identifier: '77', topic: 'stream.online' }];
    expect(await receive(gone, { type: 'revocation' })).toMatchObject({
      kind: 'ended',
      topics,
      reason: 'user_removed',
    });
  });
});
