import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProxy } from '../../../chaos/proxy.ts';
import { reachPostgres } from '../../../src/shared/runtime/reach-postgres.ts';
import { reachRedis } from '../../../src/shared/runtime/reach-redis.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { freePort } from '../../support/free-port.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';

let database: TestDatabase;
let server: TestRedis;
let redis: Redis;
beforeAll(async () => {
  [database, server] = await Promise.all([createDatabase(), startRedis()]);
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await Promise.all([database.drop(), server.stop()]);
});

const changed = (url: string, change: (url: URL) => void): string => {
  const copy = new URL(url);
  change(copy);
  return copy.href;
};

describe('Postgres', () => {
  it('is fine when it answers', async () => {
    expect(await reachPostgres(database.url)).toBeNull();
  });

  it('is fine when it is slow: each message until it lets somebody in takes its time', async () => {
    const proxy = await startProxy(Number(new URL(database.url).port));
    proxy.delay(600); // ten of them are said, five seconds were once too little
    expect(await reachPostgres(changed(database.url, (url) => (url.port = String(proxy.port))))).toBeNull();
    await proxy.close();
  });

  it('is away when nothing listens; the sentence says where and what to do, without the password', async () => {
    const port = await freePort();
    const fault = await reachPostgres(`postgres://tally:pass-word-123@127.0.0.1:${port}/tally`);
    expect(fault?.kind).toBe('away');
    expect(fault?.message).toContain(`Postgres at 127.0.0.1:${port} cannot be reached, nothing listens there`);
    expect(fault?.message).toContain('DATABASE_URL');
    expect(fault?.message).not.toContain('pass-word-123');
  });

  it('refuses a wrong password: a matter of settings', async () => {
    const fault = await reachPostgres(changed(database.url, (url) => (url.password = 'pass-word-123')));
    expect(fault).toMatchObject({
      kind: 'settings',
      message: expect.stringMatching(/refuses the account .*DATABASE_URL/),
    });
    expect(fault?.message).not.toContain('pass-word-123');
  });

  it('has no such database: a matter of settings', async () => {
    const fault = await reachPostgres(changed(database.url, (url) => (url.pathname = '/nowhere')));
    expect(fault).toMatchObject({ kind: 'settings', message: expect.stringContaining('has no database "nowhere"') });
  });

  it('is away when the host is unknown', async () => {
    const host = `${'x'.repeat(64)}.invalid`; // too long to be asked for: no name server has to answer
    const fault = await reachPostgres(`postgres://tally@${host}/tally`);
    expect(fault?.message).toContain(`Postgres at ${host}:5432 cannot be reached, its name`);
  });
});

describe('Redis', () => {
  it('is fine when it answers', async () => {
    expect(await reachRedis(server.url)).toEqual({ fault: null, warnings: [] });
  });

  it('is away when nothing listens; the sentence says where and what to do, without the password', async () => {
    const port = await freePort();
    const { fault } = await reachRedis(`redis://:pass-word-123@127.0.0.1:${port}`);
    expect(fault?.kind).toBe('away');
    expect(fault?.message).toContain(`Redis at 127.0.0.1:${port} cannot be reached, nothing listens there`);
    expect(fault?.message).toContain('REDIS_URL');
    expect(fault?.message).not.toContain('pass-word-123');
  });

  it('warns of a policy that would throw jobs away', async () => {
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const { fault, warnings } = await reachRedis(server.url);
    await redis.config('SET', 'maxmemory-policy', 'noeviction');
    expect(fault).toBeNull();
    expect(warnings).toEqual([expect.stringMatching(/maxmemory-policy allkeys-lru\): set it to noeviction$/)]);
  });

  it('refuses a missing and a wrong password: a matter of settings', async () => {
    await redis.config('SET', 'requirepass', 'pass-word-123');
    const missing = await reachRedis(server.url);
    const wrong = await reachRedis(changed(server.url, (url) => (url.password = 'pass-word-456')));
    await redis.config('SET', 'requirepass', '');
    for (const { fault } of [missing, wrong]) {
      expect(fault).toMatchObject({
        kind: 'settings',
        message: expect.stringMatching(/refuses the account.*REDIS_URL/),
      });
      expect(fault?.message).not.toContain('pass-word');
    }
  });
});
