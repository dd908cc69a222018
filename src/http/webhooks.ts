import { type Context as Request, Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Platform } from '../shared/domain/platform.ts';
import { withinSlashes } from '../shared/domain/slashes.ts';
import type { Answer, Incoming } from '../shared/platforms/push/push-adapter.ts';
import { readBody } from './body-limit.ts';

/** Works out what came for a platform. Never rejects. */
export type ReceivePush = (incoming: Incoming) => Promise<Answer>;

/**
 * `/webhooks/<platform>/…`: where platforms push to. Anybody can reach it, so everything but the exact path, method and size
 * is turned away before it costs anything.
 */
export function createWebhooks(receivers: ReadonlyMap<Platform, ReceivePush>): Hono {
  const app = new Hono();
  for (const [platform, receive] of receivers) {
    for (const path of [`/webhooks/${platform}`, `/webhooks/${platform}/*`]) {
      app.on(['GET', 'POST'], path, async (c) => {
        const given = await readBody(c.req.raw);
        if (given === null) return c.text('too large\n', 413);
        const incoming = read(c, platform, given);
        const { status, body = '', contentType = 'text/plain; charset=utf-8' } = await receive(incoming);
        if (body === '') return c.body(null, status as ContentfulStatusCode);
        return c.body(body, status as ContentfulStatusCode, { 'Content-Type': contentType });
      });
      app.all(path, (c) => c.text('only GET and POST\n', 405, { Allow: 'GET, POST' }));
    }
  }
  return app;
}

function read(c: Request, platform: Platform, body: Buffer): Incoming {
  const url = new URL(c.req.url);
  return {
    method: c.req.method,
    place: withinSlashes(url.pathname.slice(`/webhooks/${platform}`.length)),
    query: url.searchParams,
    headers: Object.fromEntries(c.req.raw.headers),
    body,
  };
}
