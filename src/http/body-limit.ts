import type { MiddlewareHandler } from 'hono';
import { createMiddleware } from 'hono/factory';

/** Nothing that the board lets be changed, and nothing that a platform pushes, needs more. */
export const MAX_BODY_BYTES = 64 * 1024;

/** Refuses a body before any of it is read. Browsers say how long one is; Node cuts off who then sends more. */
export const limitBody: MiddlewareHandler = createMiddleware(async (c, next) => {
  if (c.req.header('transfer-encoding') !== undefined) return c.text('say how long the body is\n', 411);
  return statedLength(c.req.raw) > MAX_BODY_BYTES ? c.text('the body is too long\n', 413) : next();
});

/**
 * The bytes of a body as they came, from whoever may also send it in chunks without saying how long it is.
 * @returns null when it is too long; no more than that much of it is read
 */
export async function readBody(request: Request): Promise<Buffer | null> {
  if (statedLength(request) > MAX_BODY_BYTES) return null;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function statedLength(request: Request): number {
  return Number(request.headers.get('content-length') ?? 0);
}
