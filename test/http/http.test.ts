import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Queue, UnrecoverableError, Worker } from 'bullmq';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttp } from '../../src/http/http.ts';
import type { HttpServer } from '../../src/http/server.ts';
import type { Role } from '../../src/role.ts';
import { queuePrefix, restKey } from '../../src/shared/queues/keys.ts';
import { QUEUE_NAMES } from '../../src/shared/queues/names.ts';
import type { Health } from '../../src/shared/runtime/health.ts';
import { openWaiting } from '../../src/shared/runtime/redis.ts';
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
  readonly readPassword?: string;
  readonly poll?: Health;
}

async function serve({ roles = ['web'], password, readPassword, poll = { ok: true } }: ServeOptions = {}) {
  const passwords = { BOARD_PASSWORD: password ?? null, BOARD_READ_PASSWORD: readPassword ?? null };
  const config = { ...context.config, ...passwords };
  const readBudgets = async () => [{ name: 'points', limit: 800, used: 30, left: 770, resetsAt: null }];
  const progress = [{ name: 'poll', check: () => poll }];
  const http: HttpServer = createHttp({ context: { ...context, config }, roles, progress, ready: [], readBudgets });
  await http.start();
  undo.push(() => http.stop());
  const ask: Ask = (path, init, from) => {
    const url = `${http.address()}${path}`;
    return from ? fetchFrom(from, url, init) : fetch(url, { redirect: 'manual', ...init });
  };
  return { ask, http };
}

/** All of 127.0.0.0/8 is this machine: a client may call from wherever in it. */
type Ask = (path: string, init?: RequestInit, from?: string) => Promise<Response>;

async function fetchFrom(localAddress: string, url: string, init: RequestInit = {}): Promise<Response> {
  const headers = Object.fromEntries(new Headers(init.headers));
  const sent = request(url, { localAddress, headers, agent: false }).end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return new Response(await buffer(answer), {
    status: answer.statusCode ?? 0,
    headers: answer.headers as Record<string, string>,
  });
}

/** What is sent goes out as it is written here: no path is tidied up, and no body follows. */
async function askRaw(http: HttpServer, path: string, method = 'GET', headers: readonly string[] = []) {
  const { hostname, port } = new URL(http.address() ?? '');
  const socket = connect(Number(port), hostname);
  socket.write([`${method} ${path} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers, '', ''].join('\r\n'));
  const text = (await buffer(socket)).toString();
  const [head = '', body = ''] = text.split('\r\n\r\n', 2);
  return { status: Number(head.split(' ')[1]), body };
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
    await context.redis.set(restKey('youtube'), 'quota is spent', 'PX', 3_600_000);
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
    await context.redis.set(restKey('twitter'), '<script>alert(1)</script>', 'PX', 3_600_000);
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
});

describe('the account that only reads', () => {
  const accounts = { password: 'correct horse', readPassword: 'only to look' };
  const asViewer = { headers: { Authorization: `Basic ${Buffer.from('viewer:only to look').toString('base64')}` } };

  it('sees the status page and a board whose queues are read-only', async () => {
    const { ask } = await serve(accounts);
    for (const path of ['/', '/board', '/board/queue/change']) expect((await ask(path, asViewer)).status).toBe(200);
    const { queues } = (await (await ask('/board/api/queues', asViewer)).json()) as { queues: object[] };
    expect(queues).toHaveLength(QUEUE_NAMES.length);
    for (const queue of queues) expect(queue).toMatchObject({ readOnlyMode: true, allowRetries: false });
  });

  it('is refused every method that changes something, on every path', async () => {
    const { ask } = await serve(accounts);
    const queue = openQueue('change');
    const job = await failedJob(queue);
    const paths = [`/board/api/queues/change/${job}/retry`, '/board/api/queues/pause', '/board', '/', '/nowhere'];
    for (const path of paths) {
      for (const method of ['PUT', 'POST', 'PATCH', 'DELETE', 'QUERY']) {
        expect((await ask(path, { method, ...asViewer })).status).toBe(403);
      }
    }
    expect(await (await queue.getJob(job))?.getState()).toBe('failed');
    expect((await ask(paths[0] ?? '', { method: 'PUT', ...asOperator('correct horse') })).status).toBe(204);
    expect(await (await queue.getJob(job))?.getState()).toBe('waiting');
  });

  it('takes nothing from the operator’s, whose queues are not', async () => {
    const { ask } = await serve(accounts);
    const response = await ask('/board/api/queues', asOperator('correct horse'));
    const { queues } = (await response.json()) as { queues: object[] };
    for (const queue of queues) expect(queue).toMatchObject({ readOnlyMode: false, allowRetries: true });
  });
});

describe('who guesses the password', () => {
  const guess = (ask: Ask, from: string) => ask('/board', asOperator('a guess'), from);

  it('is slowed down, though nobody at another address is', async () => {
    const { ask } = await serve({ password: 'correct horse' });
    const answers = [];
    for (let i = 0; i < 11; i += 1) answers.push((await guess(ask, '127.0.0.2')).status);
    expect(answers).toEqual([...Array(9).fill(401), 429, 429]);
    const refused = await ask('/board', asOperator('correct horse'), '127.0.0.2');
    expect([refused.status, Number(refused.headers.get('retry-after'))]).toEqual([429, expect.any(Number)]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await ask('/board', asOperator('correct horse'), '127.0.0.3')).status).toBe(200);
    for (const path of ['/livez', '/readyz', '/metrics']) {
      await eventually(async () => expect((await ask(path, {}, '127.0.0.2')).status).toBe(200));
    }
  });

  it('is told by the connection, not by what it says', async () => {
    const { ask } = await serve({ password: 'correct horse' });
    const answers = [];
    for (let i = 0; i < 11; i += 1) {
      const { headers } = asOperator('a guess');
      const said = { ...headers, 'X-Forwarded-For': `198.51.100.${i}`, Forwarded: `for=198.51.100.${i}` };
      answers.push((await ask('/', { headers: said }, '127.0.0.4')).status);
    }
    expect(answers.at(-1)).toBe(429);
  });

  it('gets one guess for each address when there are many, and the operator still gets in', async () => {
    const { ask } = await serve({ password: 'correct horse' });
    for (let i = 0; i < 110; i += 1) await guess(ask, `127.0.1.${i + 1}`);
    expect((await guess(ask, '127.0.2.1')).status).toBe(429);
    expect((await ask('/board', asOperator('correct horse'), '127.0.2.1')).status).toBe(429);
    expect((await ask('/board', asOperator('correct horse'), '127.0.2.2')).status).toBe(200);
  });
});

describe('every answer', () => {
  it.each([
    ['/livez', 200],
    ['/readyz', 200],
    ['/metrics', 200],
    ['/', 200],
    ['/board', 200],
    ['/board/', 302],
    ['/board/api/queues', 200],
    ['/board/api/queues/nowhere/1', 404],
    ['/nowhere', 404],
    ['/', 401],
    ['/nowhere', 401],
  ])('to %s (%i) cannot be framed, runs no script but ours, and is kept nowhere', async (path, status) => {
    const { ask } = await serve({ password: 'correct horse' });
    // A probe is not ready when a server has not answered it in two seconds.
    const response = await eventually(async () => {
      const answer = await ask(path, status === 401 ? {} : asOperator('correct horse'));
      expect(answer.status).toBe(status);
      return answer;
    });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': expect.stringMatching(
        /default-src 'none'.*script-src 'self';.*frame-ancestors 'none'/,
      ),
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
    for (const name of ['access-control-allow-origin', 'x-powered-by', 'server']) {
      expect(response.headers.get(name)).toBeNull();
    }
  });

  it('with the board’s own files may be kept by the browser, by nobody in between', async () => {
    const { ask } = await serve();
    expect((await ask('/board/static/favicon.ico')).headers.get('cache-control')).toBe('private, max-age=3600');
    expect((await ask('/board/static/nothing.js')).headers.get('cache-control')).toBe('no-store');
  });
});

describe('paths that lead nowhere', () => {
  it.each([
    ...[
      '/board/static/..%2f..%2f..%2fpackage.json',
      '/board/static/%2e%2e/%2e%2e/index.ejs',
      '/board/static/../index.ejs',
    ],
    ...['/board/static/..%5c..%5cindex.ejs', '/board/static//etc/passwd', '/board/static/', '/board/static/js/'],
    ...['/.env', '/package.json', '//board', '/board/api', '/board/static/images/logo.svg%00.js'],
  ])('%s', async (path) => {
    const { http } = await serve();
    const { status, body } = await askRaw(http, path);
    expect(status).toBe(404);
    expect(body.length).toBeLessThan(200);
  });

  it('cost neither Redis nor Postgres anything, and are not said to be there or not without an account', async () => {
    const { ask } = await serve({ password: 'correct horse' });
    const before = await context.redis.info('commandstats');
    for (let i = 0; i < 50; i += 1) expect((await ask(`/board/api/queues/${i}`)).status).toBe(401);
    const calls = (info: string) =>
      [...info.matchAll(/^cmdstat_(\w+).*?calls=(\d+)/gm)].filter(([, name]) => name !== 'info');
    expect(calls(await context.redis.info('commandstats')).map(String)).toEqual(calls(before).map(String));
  });

  it('have no methods of their own', async () => {
    const { ask } = await serve();
    for (const path of ['/livez', '/metrics', '/', '/board']) {
      for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) expect((await ask(path, { method })).status).toBe(404);
    }
  });
});

describe('a body', () => {
  it('that is too long, or does not say how long it is, is refused', async () => {
    const { ask } = await serve();
    const text = 'x'.repeat(65 * 1024);
    const pause = (init: RequestInit) => ask('/board/api/queues/change/pause', { ...put, ...init });
    expect((await pause({ body: text })).status).toBe(413);
    expect((await pause({ body: new Blob([text]).stream(), duplex: 'half' })).status).toBe(411);
    expect(await openQueue('change').isPaused()).toBe(false);
  });

  it('is not waited for from somebody who is not let in', async () => {
    const { http } = await serve({ password: 'correct horse' });
    const { status } = await askRaw(http, '/board/api/queues/pause', 'PUT', ['Content-Length: 1000000000']);
    expect(status).toBe(401);
  });
});

/** Runs last: it takes Redis away. */
describe('without Redis', () => {
  it('every process says that it is not ready, and still shows its own metrics', async () => {
    const { ask } = await serve({ roles: ['poll'] });
    await context.server.kill();
    await eventually(async () => {
      const response = await ask('/readyz');
      expect(response.status).toBe(503);
      const { checks } = (await response.json()) as { checks: object[] };
      expect(checks[0]).toMatchObject({ name: 'redis', ok: false });
      expect(checks[1]).toEqual({ name: 'postgres', ok: true });
    });
    const text = await (await ask('/metrics')).text();
    expect(text).toContain('# HELP tallylight_polls_total');
    expect(text).not.toContain('tallylight_keys{');
    expect(text).not.toMatch(/^tallylight_oldest_change_seconds /m);
  });
});

async function failedJob(queue: Queue): Promise<string> {
  const job = await queue.add('change', {});
  const connection = openWaiting(context.server.url, queuePrefix(queue.name), context.logger);
  const fail = () => Promise.reject(new UnrecoverableError('nobody could be told'));
  const worker = new Worker(queue.name, fail, { connection, prefix: queuePrefix(queue.name) });
  await eventually(async () => expect(await job.getState()).toBe('failed'));
  await worker.close();
  connection.disconnect();
  return job.id ?? '';
}
