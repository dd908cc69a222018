import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Queue, UnrecoverableError, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Platform } from '../../src/shared/domain/platform.ts';
import type { StreamKey } from '../../src/shared/domain/stream-key.ts';
import { queuePrefix } from '../../src/shared/queues/keys.ts';
import { CHANGE_QUEUE } from '../../src/shared/queues/names.ts';
import { startBrowser } from '../support/browser.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

/** Twitch is told at once, YouTube in an hour: a change of each stays where it is until somebody does something. */
const SETTINGS = {
  BOARD_PASSWORD: 'for operators only',
  BOARD_READ_PASSWORD: 'for everybody else',
  LANE_ONLINE: 'urgent,youtube=normal',
  BATCH_INTERVAL: '1h',
};
const OPERATOR = { username: 'operator', password: SETTINGS.BOARD_PASSWORD };
const VIEWER = { username: 'viewer', password: SETTINGS.BOARD_READ_PASSWORD };
const WAIT_MS = 300_000;

interface Recorded {
  readonly key: StreamKey;
  readonly broadcast: string;
  readonly job: string;
}

let cluster: Cluster;
let browser: Browser;
let connection: Redis;
let changes: Queue;
let elsewhere: Server;
let board: string;
let failed: Recorded;
let delayed: Recorded;

beforeAll(async () => {
  [cluster, browser] = await Promise.all([startCluster(), startBrowser()]);
  connection = new Redis(cluster.redis.url, { maxRetriesPerRequest: null });
  changes = new Queue(CHANGE_QUEUE, { connection, prefix: queuePrefix(CHANGE_QUEUE) });
  const web = await cluster.run('listen poll sync web', SETTINGS);
  const [, address] = await web.waitFor(/"address":"(http:[^"]+)"/);
  board = `${address}/board`;
  failed = await recordChange('twitch');
  await failWaitingJob();
  delayed = await recordChange('youtube');
});

afterAll(async () => {
  elsewhere?.close();
  await browser?.close();
  await changes?.close();
  connection?.disconnect();
  await cluster?.stop();
});

/** Somebody follows a channel, it goes live, and the change waits in the queue, since nothing flushes yet. */
async function recordChange(platform: Platform): Promise<Recorded> {
  const key = { platform, identifier: cluster.sim.world.addStreamer({ platform }).identifier };
  const before = (await changes.getJobs()).map(({ id }) => id);
  await cluster.follow(key);
  const { id: broadcast } = cluster.sim.world.goLive(platform, key.identifier);
  const job = await eventually(async () => {
    const added = (await changes.getJobs()).find(({ id }) => !before.includes(id));
    expect(added?.id).toBeDefined();
    return added?.id ?? '';
  });
  return { key, broadcast, job };
}

async function failWaitingJob(): Promise<void> {
  const fail = () => Promise.reject(new UnrecoverableError('nobody could be told'));
  const worker = new Worker(CHANGE_QUEUE, fail, { connection, prefix: queuePrefix(CHANGE_QUEUE) });
  await eventually(async () => expect(await changes.getFailedCount()).toBe(1));
  await worker.close();
}

async function openPage(httpCredentials?: BrowserContextOptions['httpCredentials']): Promise<Page> {
  const context = await browser.newContext({
    locale: 'en-US',
    viewport: { width: 1400, height: 900 },
    ...(httpCredentials ? { httpCredentials } : {}),
  });
  context.setDefaultTimeout(WAIT_MS);
  return context.newPage();
}

async function openJobs(page: Page, { job }: Recorded, status: 'failed' | 'delayed'): Promise<Locator> {
  await page.goto(`${board}/queue/${CHANGE_QUEUE}?status=${status}`);
  await page.getByText(job).waitFor();
  return page.locator('[class*="jobActions"] button');
}

/** The buttons of a job are pictures; what they do is said when the mouse is over them. */
async function press(page: Page, buttons: Locator, name: string): Promise<void> {
  const said = page.locator('[data-base-ui-portal] [class*="popup"]');
  for (const button of await buttons.all()) {
    // What the last one said is to be gone: it fades.
    await page.mouse.move(0, 0);
    await eventually(async () => expect(await said.count()).toBe(0));
    await button.hover();
    await said.waitFor();
    if ((await said.innerText()) !== name) continue;
    await button.click();
    await page.getByRole('button', { name: 'Confirm' }).click();
    return;
  }
  throw new Error(`no button says "${name}"`);
}

const stateOf = async ({ job }: Recorded) => (await changes.getJob(job))?.getState();

/** As a script in the page would do it, with the account the browser has. */
function send(page: Page, method: string, path: string): Promise<number> {
  const script = ([verb, url]: [string, string]) => fetch(url, { method: verb }).then(({ status }) => status);
  return page.evaluate(script, [method, `${board}/api/queues/${path}`] as [string, string]);
}

describe('without an account', () => {
  const pages = () => [board, `${board}/api/queues`, new URL('/', board).href];

  it('a browser is shown nothing', async () => {
    const page = await openPage();
    await page.goto(new URL('/livez', board).href); // open to everybody; from here the rest is of the same site
    const read = async (url: string) => {
      const response = await fetch(url, { credentials: 'omit' });
      return { status: response.status, text: await response.text() };
    };
    for (const url of pages()) {
      const text = 'an account is needed: BOARD_USER and BOARD_PASSWORD\n';
      expect(await page.evaluate(read, url)).toEqual({ status: 401, text });
    }
  });

  it('whoever enters a wrong password is shown nothing', async () => {
    const page = await openPage({ ...OPERATOR, password: 'for operators' });
    for (const url of pages()) {
      expect((await page.goto(url))?.status()).toBe(401);
      expect(await page.locator('body').innerText()).toMatch(/^an account is needed: .*\s*$/);
    }
  });
});

describe('as the viewer', () => {
  it('every job is seen, and there is no button that changes one', async () => {
    const page = await openPage(VIEWER);
    for (const [recorded, status] of [
      [failed, 'failed'],
      [delayed, 'delayed'],
    ] as const) {
      const buttons = await openJobs(page, recorded, status);
      expect(await buttons.count()).toBe(0);
      expect(await page.getByRole('button', { name: /Retry|Promote|Clean|Pause/ }).count()).toBe(0);
    }
    await page.goto(new URL('/', board).href);
    await page.getByText('Platforms').waitFor();
  });

  it('a request that a script of the page makes up is refused, and changes nothing', async () => {
    const page = await openPage(VIEWER);
    await openJobs(page, failed, 'failed');
    expect(await send(page, 'GET', `change/${failed.job}`)).toBe(200);
    expect(await send(page, 'PUT', `change/${failed.job}/retry`)).toBe(403);
    expect(await send(page, 'PUT', 'change/retry/failed')).toBe(403);
    expect(await send(page, 'PUT', `change/${delayed.job}/promote`)).toBe(403);
    expect(await send(page, 'PUT', 'pause')).toBe(403);
    expect(await send(page, 'PUT', `change/${failed.job}/clean`)).toBe(403);
    expect([await stateOf(failed), await stateOf(delayed)]).toEqual(['failed', 'delayed']);
    expect(await changes.isPaused()).toBe(false);
  });
});

describe('another site that the operator visits', () => {
  it('can neither change something nor show the board as its own', async () => {
    const page = await openPage(OPERATOR);
    await openJobs(page, failed, 'failed');
    await page.goto(await attack());
    await eventually(() => expect(page.frames()[1]?.url()).toMatch(/^chrome-error:/));
    expect(await page.evaluate(() => (globalThis as unknown as { answer: Promise<string> }).answer)).toBe('TypeError');
    const answered = page.waitForResponse((response) => response.request().method() === 'POST');
    await page.getByRole('button').click();
    expect((await answered).status()).toBe(403);
    expect(await stateOf(failed)).toBe('failed');
  });

  /** A page under another name, which tries a frame, a script and a form. */
  async function attack(): Promise<string> {
    const retry = `${board}/api/queues/change/${failed.job}/retry`;
    const script = `answer = fetch('${retry}', { method: 'PUT', credentials: 'include' }).then(String, (e) => e.name)`;
    const form = `<form method="post" action="${retry}"><button>win a prize</button></form>`;
    elsewhere = createServer((_request, response) => {
      response.setHeader('Content-Type', 'text/html');
      response.end(`<iframe src="${board}"></iframe>${form}<script>${script}</script>`);
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    return `http://localhost:${(elsewhere.address() as AddressInfo).port}/`;
  }
});

describe('as the operator', () => {
  beforeAll(async () => {
    await cluster.run('flush', SETTINGS);
  });

  it('a failed change is published once it is retried', async () => {
    const page = await openPage(OPERATOR);
    const buttons = await openJobs(page, failed, 'failed');
    await page.getByText('nobody could be told').waitFor();
    expect(cluster.heardOf(failed.key)).toEqual([]);
    await press(page, buttons, 'Retry');
    await eventually(() => expect(cluster.heardOf(failed.key)).toEqual([`online ${failed.broadcast}`]));
    await page.getByText(failed.job).waitFor({ state: 'detached' });
  });

  it('a change that was to wait an hour is published once it is promoted', async () => {
    const page = await openPage(OPERATOR);
    const buttons = await openJobs(page, delayed, 'delayed');
    expect(cluster.heardOf(delayed.key)).toEqual([]);
    await press(page, buttons, 'Promote');
    await eventually(() => expect(cluster.heardOf(delayed.key)).toEqual([`online ${delayed.broadcast}`]));
  });
});
