import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type Ask, askRaw, asOperator, openServedHttp, put, type ServedHttp } from '../support/served-http.ts';

let served: ServedHttp;
beforeAll(async () => {
  served = await openServedHttp();
});
afterAll(() => served?.close());

describe('who guesses the password', () => {
  const guess = (ask: Ask, from: string) => ask('/board', asOperator('a guess'), from);

  it('is slowed down, though nobody at another address is', async () => {
    const { ask } = await served.serve({ password: 'correct horse' });
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
    const { ask } = await served.serve({ password: 'correct horse' });
    const answers = [];
    for (let i = 0; i < 11; i += 1) {
      const { headers } = asOperator('a guess');
      const said = { ...headers, 'X-Forwarded-For': `198.51.100.${i}`, Forwarded: `for=198.51.100.${i}` };
      answers.push((await ask('/', { headers: said }, '127.0.0.4')).status);
    }
    expect(answers.at(-1)).toBe(429);
  });

  it('gets one guess for each address when there are many, and the operator still gets in', async () => {
    const { ask } = await served.serve({ password: 'correct horse' });
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
    const { ask } = await served.serve({ password: 'correct horse' });
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
    const { ask } = await served.serve();
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
    const { http } = await served.serve();
    const { status, body } = await askRaw(http, path);
    expect(status).toBe(404);
    expect(body.length).toBeLessThan(200);
  });

  it('cost neither Redis nor Postgres anything, and are not said to be there or not without an account', async () => {
    const { ask } = await served.serve({ password: 'correct horse' });
    const before = await served.context.redis.info('commandstats');
    for (let i = 0; i < 50; i += 1) expect((await ask(`/board/api/queues/${i}`)).status).toBe(401);
    const calls = (info: string) =>
      [...info.matchAll(/^cmdstat_(\w+).*?calls=(\d+)/gm)].filter(([, name]) => name !== 'info');
    expect(calls(await served.context.redis.info('commandstats')).map(String)).toEqual(calls(before).map(String));
  });

  it('have no methods of their own', async () => {
    const { ask } = await served.serve();
    for (const path of ['/livez', '/metrics', '/', '/board']) {
      for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) expect((await ask(path, { method })).status).toBe(404);
    }
  });
});

describe('a body', () => {
  it('that is too long, or does not say how long it is, is refused', async () => {
    const { ask } = await served.serve();
    const text = 'x'.repeat(65 * 1024);
    const pause = (init: RequestInit) => ask('/board/api/queues/change/pause', { ...put, ...init });
    expect((await pause({ body: text })).status).toBe(413);
    expect((await pause({ body: new Blob([text]).stream(), duplex: 'half' })).status).toBe(411);
    expect(await served.openQueue('change').isPaused()).toBe(false);
  });

  it('is not waited for from somebody who is not let in', async () => {
    const { http } = await served.serve({ password: 'correct horse' });
    const { status } = await askRaw(http, '/board/api/queues/pause', 'PUT', ['Content-Length: 1000000000']);
    expect(status).toBe(401);
  });
});
