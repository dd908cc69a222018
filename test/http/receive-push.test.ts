import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CREDENTIALS, environmentFor } from '../../simulator/credentials.ts';
import type { Context } from '../../src/context.ts';
import { createHttp } from '../../src/http/http.ts';
import { dueKey, pollQueueName, queuePrefix } from '../../src/shared/queues/keys.ts';
import { createMetrics } from '../../src/shared/runtime/metrics.ts';
import { wirePush } from '../../src/wiring/push.ts';
import { wireTracking } from '../../src/wiring/tracking.ts';
import { openTestContext, type TestContext } from '../support/context.ts';
import { eventually } from '../support/eventually.ts';
import { type TwitchDelivery, twitchDelivery } from '../support/twitch-delivery.ts';

const undo: (() => Promise<unknown>)[] = [];
let context: TestContext;
const KEY = { platform: 'twitch', identifier: '77' } as const;
const ONLINE = { platform: 'twitch', identifier: '77', topic: 'stream.online' };

beforeAll(async () => {
  context = await openTestContext({ ...environmentFor('http://127.0.0.1:1'), PUBLIC_URL: 'http://127.0.0.1:1' });
  undo.push(() => context.close());
});
afterAll(async () => {
  for (const step of undo.reverse()) await step();
});
beforeEach(async () => {
  await context.redis.flushall();
  await context.database.pushSubscription.deleteMany();
  await context.database.stream.deleteMany();
  await context.database.stream.create({ data: { ...KEY, guilds: 1 } });
  await context.database.pushSubscription.create({ data: { ...ONLINE, state: 'pending', remoteId: 'r' } });
  await context.redis.zadd(dueKey('twitch'), Date.now() + 60_000, KEY.identifier);
});

/** A process of role web. */
async function process(given: Partial<Context> = {}, password = 'correct horse') {
  const metrics = createMetrics();
  const own = { ...context, metrics, config: { ...context.config, BOARD_PASSWORD: password }, ...given };
  const tracking = wireTracking(own);
  const receivers = wirePush(own, tracking).receivers();
  const http = createHttp({
    ...{ context: own, roles: ['web'], progress: [], ready: [], receivers },
    readBudgets: async () => [],
  });
  await http.start();
  undo.push(() => http.stop(), tracking.close);
  const send = (init: RequestInit = {}, path = '/webhooks/twitch') => fetch(`${http.address()}${path}`, init);
  const push = async (delivery: Partial<TwitchDelivery> = {}) =>
    (await send(twitchDelivery({ identifier: KEY.identifier, ...delivery }))).status;
  const count = async (outcome: string): Promise<number> =>
    (await metrics.pushes.get()).values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0;
  return { send, push, count, port: Number(new URL(http.address() ?? '').port) };
}

const looks = async (): Promise<string[]> => {
  const base = `${queuePrefix(pollQueueName('twitch'))}:${pollQueueName('twitch')}`;
  const ids = await context.redis.lrange(`${base}:wait`, '0', '-1');
  return Promise.all(ids.map(async (id) => (await context.redis.hget(`${base}:${id}`, 'data')) ?? ''));
};

describe('a signed push', () => {
  it('leads to a look, and is written down after the answer', async () => {
    const { push, count } = await process();
    expect(await push()).toBe(204);
    expect((await looks()).map((data) => JSON.parse(data))).toEqual([
      { identifier: '77', reason: 'push', says: 'online', looks: 1 },
    ]);
    expect(await count('accepted')).toBe(1);
    await eventually(async () => {
      const [row] = await context.database.pushSubscription.findMany();
      expect(row?.heardAt).toBeInstanceOf(Date);
    });
  });

  it('counts once, whichever process it comes to', async () => {
    const [one, other] = [await process(), await process()];
    const messageId = randomUUID();
    const answers = await Promise.all([one, other, one, other].map(({ push }) => push({ messageId })));
    expect(answers).toEqual([204, 204, 204, 204]);
    expect((await one.count('accepted')) + (await other.count('accepted'))).toBe(1);
    expect((await one.count('repeated')) + (await other.count('repeated'))).toBe(3);
  });

  it('of a key that nobody wants leads nowhere', async () => {
    const { push } = await process();
    expect(await push({ identifier: '88' })).toBe(204);
    expect(await looks()).toEqual([]);
  });

  it('is asked for again when it could not be handed on, and then it counts', async () => {
    const messageId = randomUUID();
    const broken = await process({ redis: failing('zmscore') });
    expect(await broken.push({ messageId })).toBe(503);
    expect(await broken.count('failed')).toBe(1);
    const { push, count } = await process();
    expect(await push({ messageId })).toBe(204);
    expect(await count('accepted')).toBe(1);
  });

  it('needs no account, and no origin', async () => {
    const { send } = await process();
    const delivery = twitchDelivery({ identifier: '77' });
    const foreign = { ...delivery.headers, origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' };
    expect((await send({ ...delivery, headers: foreign })).status).toBe(204);
    expect((await send({}, '/')).status).toBe(401);
  });
});

describe('what strangers send', () => {
  it.each([
    ['a forged signature', { secret: CREDENTIALS.twitchClientSecret }],
    ['a replay of long ago', { at: new Date(Date.now() - 11 * 60_000) }],
  ])('is refused: %s', async (_name, delivery) => {
    const { push, count } = await process();
    expect(await push(delivery)).toBe(403);
    expect(await count('refused')).toBe(1);
    expect(await looks()).toEqual([]);
    expect(await context.redis.keys('*:pushed:*')).toEqual([]);
  });

  it('is refused when the body was changed on its way', async () => {
    const { send } = await process();
    const { body, ...rest } = twitchDelivery({ identifier: '77' });
    expect((await send({ ...rest, body: body.replace('"77"', '"78"') })).status).toBe(403);
  });

  it('is refused for its size, told or not, before anybody checks it', async () => {
    const { send, count } = await process();
    const huge = 'x'.repeat(64 * 1024 + 1);
    expect((await send({ method: 'POST', body: huge })).status).toBe(413);
    const body = new ReadableStream({
      start(controller) {
        for (let part = 0; part < 20; part += 1) controller.enqueue(new TextEncoder().encode('y'.repeat(8_192)));
        controller.close();
      },
    });
    expect((await send({ method: 'POST', body, duplex: 'half' } as RequestInit)).status).toBe(413);
    expect(await count('refused')).toBe(0);
  });

  it.each([
    ['PUT', '/webhooks/twitch', 405],
    ['DELETE', '/webhooks/twitch/x', 405],
    ['GET', '/webhooks/twitch', 405],
    ['POST', '/webhooks/twitch/elsewhere', 404],
    ['POST', '/webhooks/nobody', 401],
    ['POST', '/webhooks/twitch/%00%ff', 404],
  ])('is turned away: %s %s', async (method, path, status) => {
    const { send } = await process();
    const answer = await send({ method }, path);
    expect(answer.status).toBe(status);
  });

  it('does no harm, whatever it is', async () => {
    const { send, push, port } = await process();
    for (const body of ['', '{', '\u0000\u0001', '[[[[', '{"__proto__":{"x":1}}', 'é'.repeat(9_000)]) {
      const headers = {
        'twitch-eventsub-message-signature': 'sha256=',
        'twitch-eventsub-message-timestamp': body.slice(0, 3).replace(/[^a-z{]/g, ''),
      };
      expect((await send({ method: 'POST', body, headers })).status).toBe(403);
    }
    await raw(port, 'POST /webhooks/twitch HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nabc');
    await raw(port, 'POST /webhooks/twitch?%zz HTTP/1.1\r\nhost: [::\r\ncontent-length: -1\r\n\r\n');
    await raw(port, '\u0000\u0001\u0002\r\n\r\n');
    expect(await push()).toBe(204);
  });
});

describe('bookkeeping', () => {
  it('lets a challenge confirm what is asked for, and a revocation end it', async () => {
    const { send } = await process();
    const receive = (type: string, body: object) => send(signed(type, body));
    const subscription = { type: 'stream.online', status: 'user_removed', condition: { broadcaster_user_id: '77' } };
    const answer = await receive('webhook_callback_verification', { challenge: 'words', subscription });
    expect([await answer.text(), answer.headers.get('content-type')]).toEqual(['words', 'text/plain']);
    const row = async () => (await context.database.pushSubscription.findMany())[0];
    await eventually(async () => expect(await row()).toMatchObject({ state: 'active' }));
    expect((await receive('revocation', { subscription })).status).toBe(204);
    await eventually(async () => expect(await row()).toMatchObject({ state: 'failed', error: 'user_removed' }));
  });
});

it('without PUBLIC_URL there is no such address', async () => {
  const { send } = await process({ config: { ...context.config, PUBLIC_URL: null } }, '');
  expect([401, 404]).toContain((await send(twitchDelivery({ identifier: '77' }))).status);
});

/** The same Redis, of which one command fails. */
function failing(command: string): Context['redis'] {
  return new Proxy(context.redis, {
    get: (target, name) => {
      if (name === command) return () => Promise.reject(new Error('Redis is away'));
      const value = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function signed(type: string, body: object): RequestInit {
  return twitchDelivery({ identifier: '77', type, content: body });
}

/** Bytes as no client sends them; resolves when the server has had enough. */
function raw(port: number, text: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(text));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
    socket.resume();
  });
}
