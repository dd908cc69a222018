import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Way, startProxy } from '../../chaos/proxy.ts';
import { eventually } from '../support/eventually.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let server: TestRedis;
let proxy: Way;
let direct: Redis;
let opened: Redis[];

beforeEach(async () => {
  server = await startRedis();
  proxy = await startProxy(server.port);
  opened = [];
  direct = connect(server.url);
});
afterEach(async () => {
  for (const redis of opened) redis.disconnect();
  await proxy.close();
  await server.stop();
});

/** Knows no patience: what never comes is seen to be pending, and nothing is tried again. */
function connect(url: string): Redis {
  const redis = new Redis(url, { retryStrategy: () => null, maxRetriesPerRequest: null, enableReadyCheck: false });
  redis.on('error', () => undefined);
  opened.push(redis);
  return redis;
}

function throughProxy(): Redis {
  return connect(Object.assign(new URL(server.url), { port: String(proxy.port) }).href);
}

/** So many turns of the event loop that whatever a socket of this process holds has been taken. */
async function passing(redis = direct): Promise<void> {
  for (let i = 0; i < 50; i++) await redis.ping();
}

/** How a question ends; null as long as it does not. */
function outcome(question: Promise<unknown>): () => 'answered' | 'failed' | null {
  let ended: 'answered' | 'failed' | null = null;
  question.then(
    () => {
      ended = 'answered';
    },
    () => {
      ended = 'failed';
    },
  );
  return () => ended;
}

test('it carries whatever is said, in its order, also when it is much', async () => {
  const redis = throughProxy();
  const large = Buffer.alloc(4 * 1024 * 1024, 'x').fill('y', 1024 * 1024);
  await redis.set('large', large);
  expect((await redis.getBuffer('large'))?.equals(large)).toBe(true);
  const counted = Array.from({ length: 500 }, () => redis.incr('count'));
  expect(await Promise.all(counted)).toEqual(Array.from({ length: 500 }, (_, at) => at + 1));
});

test('it tells each side that the other one has ended the connection', async () => {
  const redis = throughProxy();
  await redis.client('SETNAME', 'seen');
  expect(await direct.client('LIST')).toContain('name=seen');
  redis.disconnect();
  await eventually(async () => expect(await direct.client('LIST')).not.toContain('name=seen'));
  const other = throughProxy();
  await other.ping();
  await server.kill();
  await eventually(() => expect(other.status).toBe('end'));
});

test('a delay holds back what is asked and what is answered, and keeps the order', async () => {
  const redis = throughProxy();
  await redis.ping();
  proxy.delay(300);
  const begun = performance.now();
  await redis.ping();
  // Not how long it took, only that it was not there before it could be; timers are exact to a millisecond.
  expect(performance.now() - begun).toBeGreaterThan(2 * 298);
  const slow = redis.rpush('list', 'first');
  await passing();
  proxy.delay(0);
  const quick = redis.rpush('list', 'second');
  expect(await Promise.all([slow, quick])).toEqual([1, 2]);
});

test('a cut ends what is connected; new connections come through', async () => {
  const redis = throughProxy();
  await redis.ping();
  proxy.cut();
  await eventually(() => expect(redis.status).toBe('end'));
  expect(await throughProxy().ping()).toBe('PONG');
});

test('where nothing listens nobody gets in, and after healing somebody does, at the same port', async () => {
  const redis = throughProxy();
  await redis.ping();
  await proxy.refuse();
  await eventually(() => expect(redis.status).toBe('end'));
  await expect(throughProxy().ping()).rejects.toThrow();
  await proxy.heal();
  expect(await throughProxy().ping()).toBe('PONG');
});

test.for([
  { lost: 'everything', arrives: '0' },
  { lost: 'requests', arrives: '0' },
  { lost: 'answers', arrives: '1' },
] as const)('$lost lost: connections stand and carry nothing, after healing neither', async ({ lost, arrives }) => {
  const [before, watched] = [throughProxy(), throughProxy()];
  await Promise.all([before.ping(), watched.subscribe('channel')]);
  const heard: string[] = [];
  watched.on('message', (_channel, text) => void heard.push(text));
  proxy.swallow(lost);
  const during = throughProxy();
  const outcomes = [before, during].map((redis, at) => outcome(redis.incr(`count-${at}`)));
  await eventually(() => expect(during.status).not.toBe('connecting'));
  await passing();
  await eventually(async () => expect((await direct.get('count-0')) ?? '0').toBe(arrives));
  await proxy.heal();
  // These come through: what went before them has had its chance.
  const after = throughProxy();
  await passing(after);
  expect(outcomes.map((ended) => ended())).toEqual([null, null]);
  expect([before.status, watched.status]).toEqual(['ready', 'ready']);
  await direct.publish('channel', 'a message');
  await passing(after);
  expect(heard).toEqual(lost === 'requests' ? ['a message'] : []);
  expect((await direct.get('count-0')) ?? '0').toBe(arrives);
});
