import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QUEUE_NAMES } from '../../src/shared/queues/names.ts';
import { asOperator, openServedHttp, put, type ServedHttp } from '../support/served-http.ts';

let served: ServedHttp;
beforeAll(async () => {
  served = await openServedHttp();
});
afterAll(() => served?.close());

describe('the board', () => {
  it('shows every queue', async () => {
    const { ask } = await served.serve();
    expect((await ask('/board')).headers.get('content-type')).toMatch(/^text\/html/);
    const { queues } = (await (await ask('/board/api/queues')).json()) as { queues: { name: string }[] };
    expect(queues.map(({ name }) => name)).toEqual(QUEUE_NAMES);
  });

  it('serves its own scripts and styles', async () => {
    const { ask } = await served.serve();
    const page = await (await ask('/board')).text();
    const files = [...page.matchAll(/(?:src|href)="(static\/[^"]+\.(?:js|css))"/g)].map(([, file]) => file);
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) expect((await ask(`/board/${file}`)).status).toBe(200);
  });

  it('lets nobody in without the password when there is one', async () => {
    const { ask } = await served.serve({ password: 'correct horse' });
    for (const path of ['/', '/board', '/board/api/queues']) expect((await ask(path)).status).toBe(401);
    expect((await ask('/board', asOperator('wrong horse'))).status).toBe(401);
    for (const path of ['/', '/board', '/board/api/queues']) {
      expect((await ask(path, asOperator('correct horse'))).status).toBe(200);
    }
    expect((await ask('/livez')).status).toBe(200);
  });

  it('retries a failed job', async () => {
    const { ask } = await served.serve();
    const queue = served.openQueue('change');
    const job = await served.failedJob(queue);
    expect((await ask(`/board/api/queues/change/${job}/retry`, put)).status).toBe(204);
    expect(await (await queue.getJob(job))?.getState()).toBe('waiting');
  });

  it('finds a poll by an id that holds a slash', async () => {
    const { ask } = await served.serve();
    const queue = served.openQueue('poll-twitch');
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
    const { ask } = await served.serve();
    const body = JSON.stringify({ name: 'x', data: {}, options: {} });
    const headers = { 'Content-Type': 'application/json' };
    expect((await ask(`/board/api/queues/poll-twitch/${path}`, { method, body, headers })).status).toBe(405);
  });

  it('refuses what another site makes a browser send', async () => {
    const { ask } = await served.serve();
    const headers = { 'Sec-Fetch-Site': 'cross-site' };
    expect((await ask('/board/api/queues/change/pause', { method: 'PUT', headers })).status).toBe(403);
    expect(await served.openQueue('change').isPaused()).toBe(false);
  });
});

describe('the account that only reads', () => {
  const accounts = { password: 'correct horse', readPassword: 'only to look' };
  const asViewer = { headers: { Authorization: `Basic ${Buffer.from('viewer:only to look').toString('base64')}` } };

  it('sees the status page and a board whose queues are read-only', async () => {
    const { ask } = await served.serve(accounts);
    for (const path of ['/', '/board', '/board/queue/change']) expect((await ask(path, asViewer)).status).toBe(200);
    const { queues } = (await (await ask('/board/api/queues', asViewer)).json()) as { queues: object[] };
    expect(queues).toHaveLength(QUEUE_NAMES.length);
    for (const queue of queues) expect(queue).toMatchObject({ readOnlyMode: true, allowRetries: false });
  });

  it('is refused every method that changes something, on every path', async () => {
    const { ask } = await served.serve(accounts);
    const queue = served.openQueue('change');
    const job = await served.failedJob(queue);
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
    const { ask } = await served.serve(accounts);
    const response = await ask('/board/api/queues', asOperator('correct horse'));
    const { queues } = (await response.json()) as { queues: object[] };
    for (const queue of queues) expect(queue).toMatchObject({ readOnlyMode: false, allowRetries: true });
  });
});
