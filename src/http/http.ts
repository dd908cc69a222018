import type { Queue } from 'bullmq';
import { Hono } from 'hono';
import type { Context } from '../context.ts';
import type { Role } from '../role.ts';
import { openQueues } from '../shared/queues/open-queues.ts';
import { createReadStanding, type ReadBudgets, type ReadStanding } from '../shared/queues/standing.ts';
import { cached } from '../shared/runtime/cached.ts';
import type { Platform } from '../shared/domain/platform.ts';
import type { Check } from '../shared/runtime/health.ts';
import { accountsOf } from './accounts.ts';
import { answerHeaders } from './answer-headers.ts';
import { createClusterGauges } from './cluster-gauges.ts';
import { createMetricsPage } from './metrics.ts';
import { createProbes } from './probes.ts';
import { databaseCheck, redisCheck } from './server-checks.ts';
import { createHttpServer, type HttpServer } from './server.ts';
import { createWeb } from './web.ts';
import { createWebhooks, type ReceivePush } from './webhooks.ts';

/** How old the numbers of a scrape, of the status page or of the statistics may be, in ms: many may ask. */
const STANDING_AGE_MS = 2_000;

export interface HttpParts {
  readonly context: Context;
  readonly roles: readonly Role[];
  /** What tells whether the work of this process gets on, such as the poll watchdog's. Answered by /livez. */
  readonly progress: readonly Check[];
  /** What this process needs besides its servers, such as a subscription. Answered by /readyz. */
  readonly ready: readonly Check[];
  readonly readBudgets: ReadBudgets;
  /** Takes what platforms push, with role `web`; empty where none do. */
  readonly receivers?: ReadonlyMap<Platform, ReceivePush>;
}

/** The HTTP side of a process: probes and metrics in every one, status page and board with role `web`. */
export function createHttp({ context, roles, progress, ready, readBudgets, receivers }: HttpParts): HttpServer {
  const { config, logger, redis, database, clock } = context;
  const queues = openQueues(redis);
  const { pollIntervalMs } = config;
  const standing = cached(
    createReadStanding({ database, redis, queues, pollIntervalMs, readBudgets, clock }),
    STANDING_AGE_MS,
  );
  const web = roles.includes('web') ? { queues, receivers: receivers ?? new Map() } : null;
  const app = createApp({ context, progress, ready, standing, web });
  const server = createHttpServer({ host: config.HTTP_HOST, port: config.HTTP_PORT, app, logger });
  return {
    ...server,
    async stop() {
      await server.stop();
      await Promise.all(queues.map((queue) => queue.close()));
    },
  };
}

interface AppParts {
  readonly context: Context;
  readonly progress: readonly Check[];
  readonly ready: readonly Check[];
  readonly standing: ReadStanding;
  /** The queues to show and what is pushed, or null without role `web`. */
  readonly web: { readonly queues: readonly Queue[]; readonly receivers: ReadonlyMap<Platform, ReceivePush> } | null;
}

function createApp({ context, progress, ready, standing, web }: AppParts): Hono {
  const { config, redis, database, life, metrics, logger } = context;
  const services: Check = { name: 'services', check: () => life.services() };
  const refresh = createClusterGauges({ metrics, readStanding: standing, logger });
  const app = new Hono();
  app.use(answerHeaders);
  app.onError((error, c) => {
    logger.error({ err: error, method: c.req.method, path: c.req.path }, 'request failed');
    return c.text('failed; the log of this process says why\n', 500);
  });
  app.notFound((c) => c.text('nothing here\n', 404));
  app.route(
    '/',
    createProbes({ live: progress, ready: [redisCheck(redis), databaseCheck(database), services, ...ready] }),
  );
  app.route('/', createMetricsPage({ metrics, refresh }));
  if (web) {
    // Before what only an operator may see: platforms have no account here, and prove themselves by their signatures.
    app.route('/', createWebhooks(web.receivers));
    app.route('/', createWeb({ accounts: accountsOf(config), standing, queues: web.queues, logger }));
  }
  return app;
}
