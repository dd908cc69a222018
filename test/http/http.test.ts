import { Queue, UnrecoverableError, Worker } from 'bullmq';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttp } from '../../src/http/http.ts';
import { SCHEDULERS_SHOWN } from '../../src/http/polled-queue.ts';
import type { HttpServer } from '../../src/http/server.ts';
import type { Role } from '../../src/role.ts';
import { queuePrefix, restKey } from '../../src/shared/queues/keys.ts';
import { QUEUE_NAMES } from '../../src/shared/queues/names.ts';
import type { Health } from '../../src/shared/runtime/health.ts';
import { openRedis } from '../../src/shared/runtime/redis.ts';
import { openTestContext, type TestContext } from '../support/context.ts';
import { eventually } from '../support/eventually.ts';

const undo: (() => Promise<void>)[] = [];
let context: TestContext;
beforeAll(async () => {
  context = await openTestContext();
  undo.push(() => context.close());
});
afterAll(async () => {
  for (const step of undo.reverse()) await step();
});

interface ServeOptions {
  readonly roles?: readonly Role[];
  readonly password?: string;
  readonly poll?: Health;
}

async function serve({ roles = ['web'], password, poll = { ok: true } }: ServeOptions = {}) {
  const config = { ...context.config, BOARD_PASSWORD: password ?? null };
  const readBudgets = async () => [{ name: 'points', limit: 800, used: 30, left: 770, resetsAt: null }];
  const progress = [{ name: 'poll', check: () => poll }];
  const http: HttpServer = createHttp({ context: { ...context, config }, roles, progress, ready: [], readBudgets });
  await http.start();
  undo.push(() => http.stop());
  const ask = (path: string, init?: RequestInit) => fetch(`${http.address()}${path}`, { redirect: 'manual', ...init });
  return { ask, http };
}

const put = { method: 'PUT' };
const asOperator = (password: string) => ({
  headers: { Authorization: `Basic ${Buffer.from(`operator:${password}`).toString('base64')}` },
});

function openQueue(name: string): Queue {
  const queue = new Queue(name, { connection: context.redis, prefix: queuePrefix(name) });
  queue.on('error', () => undefined); // the last test takes its Redis away
  undo.push(() => queue.close());
  return queue;
}

describe('every process', () => {
  it('is ready while Redis, Postgres and its services answer', async () => {
    const { ask } = await serve({ roles: ['poll'] });
    const health = await eventually(async () => {
      const response = await ask('/readyz');
      expect(response.status).toBe(200);
      return response.json();
    });
    const checks = ['redis', 'postgres', 'services'].map((name) => ({ name, ok: true }));
    expect(health).toEqual({ ok: true, checks });
  });

  it('reports on /livez that its work does not get on', async () => {
    const { ask } = await serve({ roles: ['poll'], poll: { ok: false, reason: 'no look for 5 min' } });
    const response = await ask('/livez');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ checks: [{ name: 'poll', reason: 'no look for 5 min' }] });
  });

  it('shows neither board nor status page without role web', async () => {
    const { ask } = await serve({ roles: ['listen', 'poll', 'flush', 'sync'] });
    expect((await ask('/board')).status).toBe(404);
    expect((await ask('/')).status).toBe(404);
  });
});

describe('/metrics', () => {
  it('counts what the tables and queues of the whole cluster hold', async () => {
    await context.database.stream.createMany({
      data: [
        { platform: 'twitch', identifier: '1', guilds: 1 },
        { platform: 'twitch', identifier: '2', guilds: 2 },
        { platform: 'twitch', identifier: '3', guilds: 0 },
      ],
    });
    const follow = { platform: 'twitch', channelId: '9', saidAt: new Date(), source: 'event' };
    await context.database.follow.createMany({
      data: ['10', '11', '12'].map((guildId) => ({ ...follow, guildId, identifier: '1' })),
    });
    const live = { platform: 'twitch', broadcastId: 'b1', identifier: '1', state: 'live' };
    await context.database.broadcast.create({ data: live });
    await context.redis.set(restKey('youtube'), 'quota is spent', 'PX', 60_000);
    await openQueue('upkeep').add('cleanup', {});
    const { ask } = await serve({ roles: ['poll'] });
    const text = await (await ask('/metrics')).text();
    expect(text).toContain('tallylight_keys{platform="twitch"} 2\n');
    expect(text).toContain('tallylight_follows{platform="twitch"} 3\n');
    expect(text).toContain('tallylight_live{platform="twitch"} 1\n');
    expect(text).toContain('tallylight_live{platform="youtube"} 0\n');
    expect(text).toContain('tallylight_overdue_keys{platform="twitch"} 0\n');
    expect(text).toContain('tallylight_oldest_change_seconds 0\n');
    expect(text).toContain('tallylight_platform_resting{platform="youtube"} 1\n');
    expect(text).toContain('tallylight_budget_left{platform="twitch",budget="points"} 770\n');
    expect(text).toContain('tallylight_queue_jobs{queue="upkeep",state="waiting"} 1\n');
  });

  it('is text as Prometheus reads it, with a help line for each metric', async () => {
    const { ask } = await serve({ roles: ['poll'] });
    const response = await ask('/metrics');
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).toMatch(/^# HELP tallylight_keys .+\n# TYPE tallylight_keys gauge$/m);
  });
});

describe('the status page', () => {
  it('shows every platform and queue, and links to the board', async () => {
    const { ask } = await serve();
    const page = await (await ask('/')).text();
    for (const name of ['youtube', 'twitch', 'twitter', 'twitcasting', ...QUEUE_NAMES]) expect(page).toContain(name);
    expect(page).toContain('href="/board"');
    expect(page).toContain('href="/statistics"');
    expect(page).toContain('points: 770 of 800');
  });

  it('shows markup from outside as text', async () => {
    await context.redis.set(restKey('twitter'), '<script>alert(1)</script>', 'PX', 60_000);
    const { ask } = await serve();
    const page = await (await ask('/')).text();
    expect(page).toContain('&lt;script&gt;');
    expect(page).not.toContain('<script>');
  });
});

describe('the board', () => {
  it('shows every queue', async () => {
    const { ask } = await serve();
    expect((await ask('/board')).headers.get('content-type')).toMatch(/^text\/html/);
    const { queues } = (await (await ask('/board/api/queues')).json()) as { queues: { name: string }[] };
    expect(queues.map(({ name }) => name)).toEqual(QUEUE_NAMES);
  });

  it('serves its own scripts and styles', async () => {
    const { ask } = await serve();
    const page = await (await ask('/board')).text();
    const files = [...page.matchAll(/(?:src|href)="(static\/[^"]+\.(?:js|css))"/g)].map(([, file]) => file);
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) expect((await ask(`/board/${file}`)).status).toBe(200);
  });

  it('lets nobody in without the password when there is one', async () => {
    const { ask } = await serve({ password: 'correct horse' });
    for (const path of ['/', '/board', '/board/api/queues']) expect((await ask(path)).status).toBe(401);
    expect((await ask('/board', asOperator('wrong horse'))).status).toBe(401);
    for (const path of ['/', '/board', '/board/api/queues']) {
      expect((await ask(path, asOperator('correct horse'))).status).toBe(200);
    }
    expect((await ask('/livez')).status).toBe(200);
  });

  it('cannot be framed, and runs no script but its own', async () => {
    const { ask } = await serve();
    const { headers } = await ask('/board');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
  });

  it('retries a failed job', async () => {
    const { ask } = await serve();
    const queue = openQueue('change');
    const job = await failedJob(queue);
    expect((await ask(`/board/api/queues/change/${job}/retry`, put)).status).toBe(204);
    expect(await (await queue.getJob(job))?.getState()).toBe('waiting');
  });

  it('finds a poll by an id that holds a slash', async () => {
    const { ask } = await serve();
    const queue = openQueue('poll-twitch');
    await queue.upsertJobScheduler(
      'twitch/77',
      { every: 3_600_000, offset: 1 },
      { name: 'poll', data: { identifier: '77' } },
    );
    const [scheduler] = await queue.getJobSchedulers();
    const id = encodeURIComponent(`repeat:twitch/77:${scheduler?.next}`);
    const response = await ask(`/board/api/queues/poll-twitch/${id}`);
    expect(await response.json()).toMatchObject({ job: { data: { identifier: '77' } } });
  });

  it.each([
    ['PUT', 'obliterate'],
    ['PUT', 'empty'],
    ['POST', 'add'],
    ['PUT', 'clean/delayed'],
    ['PUT', 'job-schedulers/twitch%2F77/remove'],
  ])('answers 405 to %s %s: what follows from the tables is not changed here', async (method, path) => {
    const { ask } = await serve();
    const body = JSON.stringify({ name: 'x', data: {}, options: {} });
    const headers = { 'Content-Type': 'application/json' };
    expect((await ask(`/board/api/queues/poll-twitch/${path}`, { method, body, headers })).status).toBe(405);
  });

  it('refuses what another site makes a browser send', async () => {
    const { ask } = await serve();
    const headers = { 'Sec-Fetch-Site': 'cross-site' };
    expect((await ask('/board/api/queues/change/pause', { method: 'PUT', headers })).status).toBe(403);
    expect(await openQueue('change').isPaused()).toBe(false);
  });

  it('shows the schedulers that run next, of 20,000', async () => {
    const queue = openQueue('poll-youtube');
    const every = 24 * 3_600_000;
    for (let start = 0; start < 20_000; start += 1_000) {
      const part = Array.from({ length: 1_000 }, (_, i) => start + i);
      await Promise.all(
        part.map((i) => queue.upsertJobScheduler(`youtube/${i}`, { every, offset: i }, { name: 'poll' })),
      );
    }
    const { ask } = await serve();
    const { schedulers } = (await (await ask('/board/api/job-schedulers?queueName=poll-youtube')).json()) as {
      schedulers: { id: string; next: number; nextRunJobId: string }[];
    };
    expect(schedulers).toHaveLength(SCHEDULERS_SHOWN);
    expect(schedulers.map(({ next }) => next)).toEqual(schedulers.map(({ next }) => next).sort((a, b) => a - b));
    expect(await queue.getJob(schedulers[0]?.nextRunJobId ?? '')).toBeDefined();
  });
});

/** Runs last: it takes Redis away. */
describe('without Redis', () => {
  it('every process says that it is not ready, and still shows its own metrics', async () => {
    const { ask } = await serve({ roles: ['poll'] });
    await context.server.kill();
    const checks = await eventually(async () => {
      const response = await ask('/readyz');
      expect(response.status).toBe(503);
      return ((await response.json()) as { checks: object[] }).checks;
    });
    expect(checks[0]).toMatchObject({ name: 'redis', ok: false });
    expect(checks[1]).toEqual({ name: 'postgres', ok: true });
    const text = await (await ask('/metrics')).text();
    expect(text).toContain('# HELP tallylight_polls_total');
    expect(text).not.toContain('tallylight_keys{');
    expect(text).not.toMatch(/^tallylight_oldest_change_seconds /m);
  });
});

async function failedJob(queue: Queue): Promise<string> {
  const job = await queue.add('change', {});
  const connection = openRedis(context.server.url, 'blocking', context.logger);
  const fail = () => Promise.reject(new UnrecoverableError('nobody could be told'));
  const worker = new Worker(queue.name, fail, { connection, prefix: queuePrefix(queue.name) });
  await eventually(async () => expect(await job.getState()).toBe('failed'));
  await worker.close();
  connection.disconnect();
  return job.id ?? '';
}
