import type { Context, MiddlewareHandler } from 'hono';
import { createMiddleware } from 'hono/factory';
import { isLoopback } from '../shared/config/loopback.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import { type Account, holderOf, type Right } from './accounts.ts';
import type { GuessLimit } from './guess-limit.ts';

/** What the guard knows of who asks. */
export interface Guarded {
  readonly Variables: { right: Right };
}

export interface AdmitParts {
  readonly accounts: readonly Account[];
  readonly guesses: GuessLimit;
  /** Who is at the other end of the connection. Headers say what their sender likes. */
  readonly clientOf: (c: Context) => string;
  readonly logger: Logger;
}

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];
/** What proxies add to a request that they pass on. */
const PROXY_HEADERS = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

/** Lets in who holds an account, and slows down who guesses. Without accounts only this machine is let in. */
export function admit({ accounts, guesses, clientOf, logger }: AdmitParts): MiddlewareHandler<Guarded> {
  if (accounts.length === 0) return admitThisMachine;
  return createMiddleware<Guarded>(async (c, next) => {
    const authorization = c.req.header('authorization');
    if (authorization === undefined) return askForAccount(c);
    const client = clientOf(c);
    const waitMs = guesses.waitMs(client);
    // The right password is not looked at either: else the answer would tell a guesser that it is right.
    if (waitMs > 0) return askToWait(c, waitMs);
    const account = holderOf(authorization, accounts);
    if (account) {
      c.set('right', account.right);
      return next();
    }
    guesses.failed(client);
    const newWaitMs = guesses.waitMs(client);
    if (newWaitMs === 0) return askForAccount(c);
    logger.warn({ client, waitMs: newWaitMs }, 'too many wrong passwords: no more are looked at for a while');
    return askToWait(c, newWaitMs);
  });
}

/**
 * A page elsewhere could point a name of its own at 127.0.0.1 and read along (DNS rebinding), and a proxy lets in the
 * world: only a name of this machine, asked for directly, is the operator's own browser.
 */
const admitThisMachine: MiddlewareHandler<Guarded> = createMiddleware<Guarded>(async (c, next) => {
  const direct = PROXY_HEADERS.every((name) => c.req.header(name) === undefined);
  if (!direct || !isLoopback(hostname(c.req.header('host') ?? ''))) {
    return c.text('ask for this page as localhost and without a proxy, or set BOARD_PASSWORD\n', 421);
  }
  c.set('right', 'change');
  return next();
});

function askForAccount(c: Context): Response {
  return c.text('an account is needed: BOARD_USER and BOARD_PASSWORD\n', 401, {
    'WWW-Authenticate': 'Basic realm="tallylight", charset="UTF-8"',
  });
}

function askToWait(c: Context, waitMs: number): Response {
  const seconds = Math.ceil(waitMs / 1_000);
  return c.text(`too many wrong passwords from your address: try again in ${seconds} s\n`, 429, {
    'Retry-After': String(seconds),
  });
}

/**
 * Refuses what another site makes a browser send here, as it would carry the operator's account along: every change, and
 * of what only reads everything but the following of a link.
 */
export const refuseCrossSite: MiddlewareHandler = createMiddleware(async (c, next) => {
  const foreign = isSafe(c) ? isForeignRead(c) : isForeignChange(c);
  return foreign ? c.text('refused: this request was made by another site\n', 403) : next();
});

/** Whoever may only read is kept from changes here, whatever the page shows or a script sends. */
export const refuseReadersChanges: MiddlewareHandler<Guarded> = createMiddleware<Guarded>(async (c, next) => {
  const refused = c.get('right') !== 'change' && !isSafe(c);
  return refused ? c.text('refused: this account may only read; BOARD_USER may change\n', 403) : next();
});

function isSafe(c: Context): boolean {
  return SAFE_METHODS.includes(c.req.method);
}

function isForeignRead(c: Context): boolean {
  const fromElsewhere = ['cross-site', 'same-site'].includes(c.req.header('sec-fetch-site') ?? '');
  return fromElsewhere && c.req.header('sec-fetch-mode') !== 'navigate';
}

/** Browsers leave Sec-Fetch-Site out where a page came over plain HTTP from another machine; Origin they do not. */
function isForeignChange(c: Context): boolean {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined && !['same-origin', 'none'].includes(site)) return true;
  const origin = c.req.header('origin');
  // No Origin at all: not a browser. A sandboxed frame says "null".
  return site === undefined && origin !== undefined && !isOrigin(origin, c.req.header('host'));
}

function isOrigin(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

function hostname(host: string): string {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : '';
}
