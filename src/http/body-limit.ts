import type { MiddlewareHandler } from 'hono';
import { createMiddleware } from 'hono/factory';

/** Nothing that the board lets be changed needs more. */
const MAX_BODY_BYTES = 64 * 1024;

/** Refuses a body before any of it is read. Browsers say how long one is; Node cuts off who then sends more. */
export const limitBody: MiddlewareHandler = createMiddleware(async (c, next) => {
  if (c.req.header('transfer-encoding') !== undefined) return c.text('say how long the body is\n', 411);
  const length = Number(c.req.header('content-length') ?? 0);
  return length > MAX_BODY_BYTES ? c.text('the body is too long\n', 413) : next();
});
