import type { MiddlewareHandler } from 'hono';
import { every } from 'hono/combine';
import { createMiddleware } from 'hono/factory';
import { secureHeaders } from 'hono/secure-headers';
import { BOARD_PATH } from './board.ts';

/** The board styles itself inline; its web fonts are left out rather than fetched from a third party. */
const CONTENT_POLICY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", 'data:'],
  fontSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  baseUri: ["'self'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
};

/** Whatever shows the state of things is kept nowhere; the board's own scripts and styles show nothing. */
const cacheControl = createMiddleware(async (c, next) => {
  await next();
  const isFile = c.res.ok && c.req.path.startsWith(`${BOARD_PATH}/static/`);
  c.header('Cache-Control', isFile ? 'private, max-age=3600' : 'no-store');
});

/** The headers that every answer carries, refusals and failures too. */
export const answerHeaders: MiddlewareHandler = every(
  cacheControl,
  secureHeaders({
    contentSecurityPolicy: CONTENT_POLICY,
    xFrameOptions: 'DENY',
    referrerPolicy: 'no-referrer',
    // Browsers heed it only over TLS; other names of the operator's domain are none of our business.
    strictTransportSecurity: 'max-age=15552000',
  }),
);
