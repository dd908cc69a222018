import { createBullBoard } from '@bull-board/api';
import { HonoAdapter } from '@bull-board/hono';
import { serveStatic } from '@hono/node-server/serve-static';
import type { Queue } from 'bullmq';
import { Hono } from 'hono';
import type { Right } from './accounts.ts';
import { PolledQueue } from './polled-queue.ts';

export const BOARD_PATH = '/board';

/**
 * What may be done from the board: run again, run now, pause, and remove what has run. Everything else it could do
 * changes what is derived from the tables (schedulers, waiting jobs) behind their back, or rewrites a job's data.
 */
const ALLOWED = new Set([
  '/api/queues/pause',
  '/api/queues/resume',
  '/api/queues/:queueName/pause',
  '/api/queues/:queueName/resume',
  '/api/queues/:queueName/retry/:queueStatus',
  '/api/queues/:queueName/job-schedulers/:schedulerId/run',
  '/api/queues/:queueName/:jobId/retry',
  '/api/queues/:queueName/:jobId/promote',
  '/api/queues/:queueName/:jobId/clean',
]);
const CLEAN = '/api/queues/:queueName/clean/:queueStatus';
const DONE = ['completed', 'failed'];

/** Bull Board over the queues at BOARD_PATH, for a holder of the right. To be put behind the web guard. */
export function createBoard(queues: readonly Queue[], right: Right): Hono {
  const adapter = new HonoAdapter(serveStatic);
  adapter.setBasePath(BOARD_PATH);
  createBullBoard({
    queues: queues.map((queue) => new PolledQueue(queue, right)),
    serverAdapter: adapter,
    options: {
      uiConfig: { boardTitle: 'Tallylight', showWorkers: false, hideDocsLink: true, sortQueues: false },
      handlerHooks: { before: ({ method, route, request }) => verdict(method, route, request.params.queueStatus) },
    },
  });
  const app = new Hono();
  // Whoever mounts it answers for failures and for paths that lead nowhere, as everywhere else.
  app.onError((error) => {
    throw error;
  });
  return app.route(BOARD_PATH, adapter.registerPlugin());
}

function verdict(method: string, route: string, status: unknown) {
  const cleansDone = route === CLEAN && DONE.includes(String(status));
  if (method === 'get' || ALLOWED.has(route) || cleansDone) return;
  return {
    allow: false,
    status: 405 as const,
    message: 'Not from the board: this follows from the tables. Use tallylight follow, unfollow or reconcile.',
  };
}
