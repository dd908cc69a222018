import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpServer, type HttpServer } from '../../src/http/server.ts';
import { createWebhooks } from '../../src/http/webhooks.ts';
import type { Incoming } from '../../src/shared/platforms/push/push-adapter.ts';
import { createLogger } from '../../src/shared/runtime/logger.ts';

const logger = createLogger({ level: 'silent', secrets: [], destination: { write: () => undefined } });
const KB = 1024;
let received: Incoming[];
let server: HttpServer;

beforeEach(async () => {
  received = [];
  const receive = async (incoming: Incoming) => {
    received.push(incoming);
    return { status: 202 };
  };
  const app = new Hono().route('/', createWebhooks(new Map([['twitch', receive]])));
  server = createHttpServer({ host: '127.0.0.1', port: 0, app, logger });
  await server.start();
});
afterEach(() => server.stop());

async function send(path: string, init: RequestInit): Promise<number> {
  const response = await fetch(`${server.address()}${path}`, init);
  await response.arrayBuffer();
  return response.status;
}

/** A body that does not say how long it is. */
const inChunks = (bytes: Buffer): RequestInit => ({
  method: 'POST',
  body: new Blob([new Uint8Array(bytes)]).stream(),
  duplex: 'half',
});

const hashOf = (bytes: Uint8Array | undefined) =>
  createHash('sha256')
    .update(bytes ?? '')
    .digest('hex');

describe('what a platform pushes', () => {
  it.each([0, 1, 64 * KB])('arrives byte for byte, sent whole or in chunks, of %i bytes', async (length) => {
    const bytes = Buffer.from(Array.from({ length }, (_, i) => i % 256));
    expect(await send('/webhooks/twitch/a/b?c=d', { method: 'POST', body: new Uint8Array(bytes) })).toBe(202);
    expect(await send('/webhooks/twitch/a/b?c=d', inChunks(bytes))).toBe(202);
    for (const incoming of received) {
      expect(incoming).toMatchObject({ method: 'POST', place: 'a/b' });
      expect(hashOf(incoming.body)).toBe(hashOf(bytes));
    }
    expect(received).toHaveLength(2);
  });

  it('is turned away when it is too long, however it is sent, and costs nothing', async () => {
    const bytes = Buffer.alloc(64 * KB + 1);
    expect(await send('/webhooks/twitch', { method: 'POST', body: new Uint8Array(bytes) })).toBe(413);
    expect(await send('/webhooks/twitch', inChunks(bytes))).toBe(413);
    expect(received).toEqual([]);
  });

  it.each([
    ['PUT', '/webhooks/twitch', 405],
    ['DELETE', '/webhooks/twitch/a', 405],
    ['POST', '/webhooks/youtube', 404],
    ['POST', '/webhooks', 404],
    ['POST', '/webhooks/twitchy', 404],
    ['POST', '/webhooks/%74witch%2f', 404],
  ])('is turned away as %s %s', async (method, path, status) => {
    expect(await send(path, { method })).toBe(status);
    expect(received).toEqual([]);
  });
});
