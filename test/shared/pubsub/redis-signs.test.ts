import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createReadRedisSigns, readClients, readMemoryShare } from '../../../src/shared/pubsub/redis-signs.ts';
import { openDeafSubscriber } from '../../support/deaf-subscriber.ts';
import { silentLogger } from '../../support/outbox.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';

let server: TestRedis;
let redis: Redis;
beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

it('sees who of the subscribers has not taken what was published, and who has', async () => {
  const healthy = new Redis(server.url, { connectionName: 'shard-0' });
  await healthy.subscribe('streams.online');
  const deaf = await openDeafSubscriber(server.url, redis, 'shard-1');
  await deaf.fallBehind(1024 * 1024);
  const { subscribers, memoryShare } = await createReadRedisSigns(redis, silentLogger)();
  expect(subscribers?.map(({ name, behindBytes }) => [name, behindBytes > 1024 * 1024])).toEqual([
    ['shard-0', false],
    ['shard-1', true],
  ]);
  expect(subscribers?.[1]?.address).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(memoryShare).toBeNull();
  deaf.leave();
  healthy.disconnect();
});

it('sees how much of its memory Redis uses, where it has a limit', async () => {
  await redis.config('SET', 'maxmemory', '64mb');
  const { memoryShare } = await createReadRedisSigns(redis, silentLogger)();
  await redis.config('SET', 'maxmemory', '0');
  expect(memoryShare).toBeGreaterThan(0);
  expect(memoryShare).toBeLessThan(1);
});

it('does without what it may not ask, and says so once', async () => {
  await redis.call('ACL', 'SETUSER', 'modest', 'on', '>secret', '~*', '&*', '+@all', '-client|list', '-info');
  const account = Object.assign(new URL(server.url), { username: 'modest', password: 'secret' });
  const modest = new Redis(account.href, { enableReadyCheck: false });
  const lines: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) });
  const read = createReadRedisSigns(modest, logger);
  for (let i = 0; i < 3; i += 1) expect(await read()).toMatchObject({ subscribers: null, memoryShare: null });
  modest.disconnect();
  expect(lines.map((line) => (JSON.parse(line) as { command: string }).command).sort()).toEqual([
    'CLIENT LIST',
    'INFO',
  ]);
});

it('reads what other versions of Redis answer', () => {
  const line =
    'id=9 addr=[::1]:5 laddr=x fd=8 name= age=1 omem=77 tot-mem=99 events=r cmd=subscribe user=default lib-name=a=b';
  expect(readClients(`${line}\n\n`)).toEqual([{ id: '9', name: '', address: '[::1]:5', behindBytes: 77 }]);
  expect(readClients('')).toEqual([]);
  expect(readMemoryShare('# Memory\r\nused_memory:50\r\nused_memory_human:50B\r\nmaxmemory:200\r\n')).toBe(0.25);
  expect(readMemoryShare('used_memory:50\r\nmaxmemory:0\r\n')).toBeNull();
});
