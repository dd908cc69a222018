import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../src/shared/store/migrate.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { type Environment, spawnTallylight, type Tallylight } from '../support/processes.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let database: TestDatabase;
let redis: TestRedis;
beforeAll(async () => {
  [database, redis] = await Promise.all([createDatabase({ empty: true }), startRedis()]);
});
afterAll(() => Promise.all([database.drop(), redis.stop()]));

function start(roles: readonly string[], env: Environment = {}): Tallylight {
  return spawnTallylight(['run', ...roles], {
    DATABASE_URL: database.url,
    REDIS_URL: redis.as.tallylight,
    HTTP_PORT: '0',
    ...env,
  });
}

async function portOf(process: Tallylight): Promise<number> {
  const [, port] = await process.waitFor(/"address":"http:\/\/127\.0\.0\.1:(\d+)"/);
  await process.waitFor(/"msg":"ready"/);
  return Number(port);
}

describe('tallylight run', () => {
  it('makes its tables, starts every role, says when it is ready, and stops with 0', async () => {
    const process = start(['all']);
    const port = await portOf(process);
    await eventually(async () => expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200));
    await eventually(async () => expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200));
    expect(await process.end('SIGTERM')).toBe(0);
    expect(process.stdout()).toContain('"msg":"stopped"');
    expect(process.stdout()).toContain('no platform has credentials');
    expect(process.stdout()).not.toContain('subscription lost');
    await expect(fetch(`http://127.0.0.1:${port}/livez`)).rejects.toThrow('fetch failed');
  });

  it('is found well by healthcheck, with the reason when it is not', async () => {
    const process = start(['web']);
    const env = { HTTP_PORT: String(await portOf(process)) };
    await eventually(async () => expect(await spawnTallylight(['healthcheck'], env).exited).toBe(0));
    await redis.kill();
    await eventually(async () => {
      const check = spawnTallylight(['healthcheck'], env);
      expect(await check.exited).toBe(1);
      expect(check.stdout()).toMatch(/^redis: /m);
    });
    await redis.restart();
    expect(await process.end('SIGINT')).toBe(0);
  });

  it('logs one JSON object a line', async () => {
    const process = start(['web']);
    await portOf(process);
    await process.end();
    const lines = process.stdout().trim().split('\n');
    for (const line of lines)
      expect(JSON.parse(line)).toMatchObject({ level: expect.any(String), msg: expect.any(String) });
  });

  it('names the port in use, ends what it had started, and fails', async () => {
    const first = start(['web']);
    const port = await portOf(first);
    const second = start(['all'], { HTTP_PORT: String(port) });
    expect(await second.exited).toBe(1);
    expect(second.stderr()).toContain(`port ${port} on 127.0.0.1 is in use`);
    expect(second.stderr()).toContain('HTTP_PORT');
    expect(second.stderr()).not.toMatch(/^ +at /m);
    expect(await first.end()).toBe(0);
  });

  it('ends at once with 130 by a second signal', async () => {
    await migrate(database.url);
    const holder = new pg.Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('BEGIN');
    // What is compared at the start waits for this table, and whoever stops waits for what is under way.
    await holder.query('LOCK TABLE stream');
    const process = start(['sync']);
    await process.waitFor(/"msg":"ready"/);
    process.send('SIGINT');
    await process.waitFor(/"msg":"stopping"/);
    let code: number | NodeJS.Signals | undefined;
    void process.exited.then((exit) => {
      code = exit;
    });
    await eventually(() => {
      process.send('SIGINT');
      expect(code).toBe(130);
    });
    await holder.end();
  });
});
