import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { createMiddleware } from 'hono/factory';
import { isLoopback } from '../shared/config/loopback.ts';

export interface Account {
  readonly user: string;
  readonly password: string;
}

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Lets only the holder of the account in. Without an account only this machine is let in, and only under a name of
 * this machine: a page elsewhere could else point its own name at 127.0.0.1 and read along (DNS rebinding).
 */
export function admit(account: Account | null): MiddlewareHandler {
  return createMiddleware(async (c, next) => {
    if (account === null) {
      const host = c.req.header('host') ?? '';
      if (!isLoopback(hostname(host))) return c.text('ask for this page as localhost, or set BOARD_PASSWORD\n', 421);
      return next();
    }
    if (isHolder(c.req.header('authorization'), account)) return next();
    return c.text('an account is needed: BOARD_USER and BOARD_PASSWORD\n', 401, {
      'WWW-Authenticate': 'Basic realm="tallylight", charset="UTF-8"',
    });
  });
}

/** Refuses what another site makes a browser send here: it would carry the operator's account along. */
export const refuseCrossSite: MiddlewareHandler = createMiddleware(async (c, next) => {
  if (SAFE_METHODS.includes(c.req.method)) return next();
  const site = c.req.header('sec-fetch-site');
  const origin = c.req.header('origin');
  const foreign =
    site === undefined ? !isOwnOrigin(origin, c.req.header('host')) : !['same-origin', 'none'].includes(site);
  return foreign ? c.text('refused: this request was made by another site\n', 403) : next();
});

/** No Origin at all: not a browser. */
function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

function hostname(host: string): string {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : '';
}

function isHolder(authorization: string | undefined, account: Account): boolean {
  const [scheme = '', credentials = ''] = (authorization ?? '').split(' ');
  const given = Buffer.from(credentials, 'base64');
  const expected = Buffer.from(`${account.user}:${account.password}`);
  return scheme.toLowerCase() === 'basic' && isEqual(given, expected);
}

/** Takes as long for a near miss as for nonsense; hashing makes the lengths equal. */
function isEqual(a: Buffer, b: Buffer): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}
