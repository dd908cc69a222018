import { Queue } from 'bullmq';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createHttp } from '../../src/http/http.ts';
import { JOBS_SHOWN, SCHEDULERS_SHOWN } from '../../src/http/polled-queue.ts';
import type { HttpServer } from '../../src/http/server.ts';
import { queuePrefix } from '../../src/shared/queues/keys.ts';
import { startBrowser } from '../support/browser.ts';
import { openTestContext, type TestContext } from '../support/context.ts';

const KEYS = 20_000;
const KB = 1024;
const WAIT_MS = 300_000;

let context: TestContext;
let http: HttpServer;
let queue: Queue;
let browser: Browser;

beforeAll(async () => {
  [context, browser] = await Promise.all([openTestContext(), startBrowser()]);
  queue = new Queue('poll-youtube', { connection: context.redis, prefix: queuePrefix('poll-youtube') });
  await scheduleKeys();
  http = createHttp({ context, roles: ['web'], progress: [], ready: [], readBudgets: async () => [] });
  await http.start();
});

afterAll(async () => {
  await browser?.close();
  await http?.stop();
  await queue?.close();
  await context?.close();
});

/** One scheduler for each key, as in production; what runs next is a delayed job each. */
async function scheduleKeys(): Promise<void> {
  const every = 24 * 3_600_000;
  for (let start = 0; start < KEYS; start += 1_000) {
    const part = Array.from({ length: 1_000 }, (_, i) => start + i);
    // Not from 0: a scheduler without an offset runs at once.
    await Promise.all(
      part.map((i) => queue.upsertJobScheduler(`youtube/${i}`, { every, offset: i + 1 }, { name: 'poll' })),
    );
  }
}

async function ask<T>(path: string): Promise<{ bytes: number; answer: T }> {
  const text = await (await fetch(`${http.address()}/board/api/${path}`)).text();
  return { bytes: text.length, answer: JSON.parse(text) as T };
}

async function openPage(path: string): Promise<Page> {
  const page = await browser.newPage({ locale: 'en-US', viewport: { width: 1400, height: 900 } });
  page.setDefaultTimeout(WAIT_MS);
  await page.goto(`${http.address()}${path}`);
  return page;
}

interface Queues {
  readonly queues: readonly { name: string; jobs: unknown[] }[];
}

it('the overview counts all keys in a few kilobytes', async () => {
  const { bytes, answer } = await ask<Queues>('queues');
  const youtube = answer.queues.find(({ name }) => name === 'poll-youtube');
  expect(youtube).toMatchObject({ counts: { delayed: KEYS }, jobSchedulerCount: KEYS, jobs: [] });
  expect(bytes).toBeLessThan(16 * KB);
});

it('a page of jobs has no more of them than it may, however many are asked for', async () => {
  for (const [asked, shown] of [
    [10, 10],
    [1_000_000, JOBS_SHOWN],
  ]) {
    const { bytes, answer } = await ask<Queues>(`queues?activeQueue=poll-youtube&status=delayed&jobsPerPage=${asked}`);
    expect(answer.queues[0]?.jobs).toHaveLength(shown ?? 0);
    expect(bytes).toBeLessThan(256 * KB);
  }
});

it('of the schedulers those that run next are shown, in their order', async () => {
  interface Schedulers {
    readonly schedulers: { id: string; next: number; nextRunJobId: string }[];
  }
  for (const path of ['job-schedulers', 'job-schedulers?queueName=poll-youtube']) {
    const { bytes, answer } = await ask<Schedulers>(path);
    const times = answer.schedulers.map(({ next }) => next);
    expect(times).toHaveLength(SCHEDULERS_SHOWN);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(await queue.getJob(answer.schedulers[0]?.nextRunJobId ?? '')).toBeDefined();
    expect(bytes).toBeLessThan(128 * KB);
  }
});

it('a browser shows the overview, the jobs and the schedulers, with no more rows than that', async () => {
  const overview = await openPage('/board');
  await overview.getByText(`${KEYS} Jobs`).waitFor();
  const jobs = await openPage('/board/queue/poll-youtube?status=delayed');
  await jobs.getByText('repeat:youtube/').first().waitFor();
  expect(await jobs.getByText('repeat:youtube/').count()).toBe(10);
  const schedulers = await openPage('/board/job-schedulers');
  await schedulers.getByText('youtube/').first().waitFor();
  expect(await schedulers.locator('tbody tr').count()).toBe(SCHEDULERS_SHOWN);
});
