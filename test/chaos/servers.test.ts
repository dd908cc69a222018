import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Servers, startServers } from '../../chaos/servers.ts';
import { eventually } from '../support/eventually.ts';

let servers: Servers;
const opened: Redis[] = [];

beforeAll(async () => {
  servers = await startServers(() => undefined);
});
afterAll(async () => {
  for (const redis of opened) redis.disconnect();
  await servers?.end();
});

function connect(url: string): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: null, socketTimeout: 500, retryStrategy: () => 50 });
  redis.on('error', () => undefined);
  opened.push(redis);
  return redis;
}

/** By a network namespace or by the proxy, whichever this machine has. */
test('those that poll, and nobody else, are parted from Redis and come back to it', async () => {
  const [polling, other] = [connect(servers.redis.polling.url), connect(servers.redis.url)];
  await Promise.all([polling.set('said by', 'polling'), other.ping()]);
  await servers.redis.polling.part();
  const lost = polling.set('said by', 'parted');
  await eventually(() => expect(polling.status).not.toBe('ready'));
  expect(await other.get('said by')).toBe('polling');
  await servers.redis.polling.join();
  await lost;
  expect(await other.get('said by')).toBe('parted');
});

test('a server that was killed comes back at the same address, by the same ways', async () => {
  const { redis } = servers;
  const [polling, other] = [connect(redis.polling.url), connect(redis.url)];
  await redis.kill();
  await redis.start();
  expect(await Promise.all([polling.ping(), other.ping()])).toEqual(['PONG', 'PONG']);
});
