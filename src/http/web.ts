import { getConnInfo } from '@hono/node-server/conninfo';
import type { Queue } from 'bullmq';
import { type Context, Hono } from 'hono';
import type { ReadStanding } from '../shared/queues/standing.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { Account } from './accounts.ts';
import { BOARD_PATH, createBoard } from './board.ts';
import { limitBody } from './body-limit.ts';
import { clientOf } from './client-address.ts';
import { createGuessLimit } from './guess-limit.ts';
import { createStatistics } from './statistics.ts';
import { createStatusPage } from './status-page.ts';
import { admit, type Guarded, refuseCrossSite, refuseReadersChanges } from './web-guard.ts';

export interface WebParts {
  readonly accounts: readonly Account[];
  readonly standing: ReadStanding;
  readonly queues: readonly Queue[];
  readonly logger: Logger;
}

/** Status page, statistics and board, for who holds an account. Behind its guard is every path that nothing else answers. */
export function createWeb({ accounts, standing, queues, logger }: WebParts): Hono<Guarded> {
  const boards = { change: createBoard(queues, 'change'), read: createBoard(queues, 'read') };
  const web = new Hono<Guarded>();
  web.use(
    admit({ accounts, guesses: createGuessLimit(), clientOf: (c) => clientOf(peerOf(c)), logger }),
    refuseCrossSite,
    refuseReadersChanges,
    limitBody,
  );
  web.route('/', createStatusPage(standing));
  web.route('/', createStatistics(standing));
  web.get(`${BOARD_PATH}/`, (c) => c.redirect(BOARD_PATH));
  web.all(`${BOARD_PATH}/*`, (c) => boards[c.get('right')].fetch(c.req.raw, c.env));
  return web;
}

/** The other end of the connection, which nobody can make up. */
function peerOf(c: Context): string {
  return getConnInfo(c).remote.address ?? '';
}
