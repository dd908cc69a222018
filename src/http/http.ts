import type { Queue } from 'bullmq';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import type { Context } from '../context.ts';
import type { Role } from '../role.ts';
import { openQueues } from '../shared/queues/open-queues.ts';
import { createReadStanding, type ReadBudgets, type ReadStanding } from '../shared/queues/standing.ts';
import { cached } from '../shared/runtime/cached.ts';
import type { Platform } from '../shared/domain/platform.ts';
import type { Check } from '../shared/runtime/health.ts';
import { BOARD_PATH, createBoard } from './board.ts';
import { createClusterGauges } from './cluster-gauges.ts';
import { createMetricsPage } from './metrics.ts';
import { createProbes } from './probes.ts';
import { databaseCheck, redisCheck } from './server-checks.ts';
import { createHttpServer, type HttpServer } from './server.ts';
import { createStatistics } from './statistics.ts';
import { createStatusPage } from './status-page.ts';
import { createWebhooks, type ReceivePush } from './webhooks.ts';
import { type Account, admit, refuseCrossSite } from './web-guard.ts';

/** How old the numbers of a scrape, of the status page or of the statistics may be, in ms: many may ask. */
const STANDING_AGE_MS = 2_000;
const MAX_BODY_BYTES = 64 * 1024;

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
  const { redis, database, life, metrics, logger } = context;
  const services: Check = { name: 'services', check: () => life.services() };
  const refresh = createClusterGauges({ metrics, readStanding: standing, logger });
  const app = new Hono();
  app.use(
    secureHeaders({ contentSecurityPolicy: CONTENT_POLICY, xFrameOptions: 'DENY', referrerPolicy: 'no-referrer' }),
  );
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
    app.route('/', createWeb(accountOf(context), standing, web.queues));
  }
  return app;
}

/** What only an operator may see. */
function createWeb(account: Account | null, standing: ReadStanding, queues: readonly Queue[]): Hono {
  const web = new Hono();
  web.use(admit(account), refuseCrossSite, bodyLimit({ maxSize: MAX_BODY_BYTES }));
  web.route('/', createStatusPage(standing));
  web.route('/', createStatistics(standing));
  web.get(`${BOARD_PATH}/`, (c) => c.redirect(BOARD_PATH));
  web.route(BOARD_PATH, createBoard(queues));
  return web;
}

function accountOf({ config }: Context): Account | null {
  return config.BOARD_PASSWORD === null ? null : { user: config.BOARD_USER, password: config.BOARD_PASSWORD };
}

/** The board styles itself inline; its web fonts are left out rather than fetched from a third party. */
const CONTENT_POLICY = {
  defaultSrc: ["'self'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", 'data:'],
  fontSrc: ["'self'", 'data:'],
  objectSrc: ["'none'"],
  baseUri: ["'self'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
};
