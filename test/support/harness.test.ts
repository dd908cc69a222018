import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { createDatabase } from './database.ts';
import { eventually } from './eventually.ts';
import { startRedis } from './redis.ts';

const undo: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const step of undo.reverse()) await step();
});

test('a test database has the tables and is nobody else’s', async () => {
  const [one, other] = await Promise.all([createDatabase(), createDatabase()]);
  undo.push(one.drop, other.drop);
  expect(one.url).not.toBe(other.url);
  const client = new pg.Client({ connectionString: one.url });
  await client.connect();
  const { rows } = await client.query('SELECT count(*)::int AS n FROM stream');
  await client.end();
  expect(rows).toEqual([{ n: 0 }]);
});

test('a test Redis comes back on its port with what it had, after SIGKILL too, and empty when asked', async () => {
  const server = await startRedis({ appendOnly: true });
  undo.push(server.stop);
  const redis = new Redis(server.url);
  redis.on('error', () => undefined);
  undo.push(async () => redis.disconnect());
  await redis.set('a', '1');
  await redis.bgrewriteaof(); // written through, not waiting for the next second
  await server.restart();
  expect(await redis.get('a')).toBe('1');
  await server.kill();
  await server.restart();
  expect(await eventually(() => redis.get('a'))).toBe('1');
  await server.restart({ empty: true });
  expect(await redis.dbsize()).toBe(0);
});
