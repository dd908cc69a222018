import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Logger } from '../shared/runtime/logger.ts';
import type { Service } from '../shared/runtime/service.ts';

/** How long requests under way may go on once the server stops, in ms. */
const DRAIN_MS = 2_000;

/** Who dawdles is cut off: connections are held for those who ask. In ms and bytes. */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  /** How often the two above are looked after. */
  connectionsCheckingInterval: 2_000,
  /** Longer than proxies keep theirs (60 s by default): one would send a request into a connection that is being closed. */
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16 * 1024,
};
/** How long nothing may move on a connection while a request is under way, such as when nobody reads the answer, in ms. */
const IDLE_MS = 60_000;
/** Further ones are closed at once, so that whoever opens them takes neither memory nor files from the polls. */
const MOST_CONNECTIONS = 1_000;

/** The address cannot be listened on; the message names the port and the variables that choose it. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

export interface HttpServerParts {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly app: Hono;
  readonly logger: Logger;
}

export interface HttpServer extends Service {
  /** Where it listens, `http://127.0.0.1:6111`; undefined while it does not. */
  address(): string | undefined;
}

/** Serves the app. Its start throws ListenError when the port is taken or the address is not ours. */
export function createHttpServer({ host, port, app, logger }: HttpServerParts): HttpServer {
  let server: Server | undefined;

  async function start(): Promise<void> {
    if (server) return;
    const opening = openServer(app);
    await listen(opening, host, port);
    server = opening;
    logger.info({ address: addressOf(opening, host) }, 'http listening');
  }

  async function stop(): Promise<void> {
    const closing = server;
    server = undefined;
    if (!closing) return;
    const closed = new Promise<void>((resolve) => closing.close(() => resolve()));
    closing.closeIdleConnections();
    const cut = setTimeout(() => closing.closeAllConnections(), DRAIN_MS);
    await closed;
    clearTimeout(cut);
  }

  return { name: 'http', start, stop, address: () => server && addressOf(server, host) };
}

function openServer(app: Hono): Server {
  const { fetch } = app;
  const server = createAdaptorServer({ fetch, overrideGlobalObjects: false, serverOptions: LIMITS }) as Server;
  server.setTimeout(IDLE_MS);
  server.maxConnections = MOST_CONNECTIONS;
  return server;
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(toListenError(error, host, port)));
    server.listen(port, host, resolve);
  });
}

function toListenError(error: NodeJS.ErrnoException, host: string, port: number): ListenError {
  const remedies: Record<string, string> = {
    EADDRINUSE: `port ${port} on ${host} is in use: end the process that holds it, or set HTTP_PORT to a free port (0 picks one)`,
    EACCES: `port ${port} on ${host} is not allowed to this user: set HTTP_PORT to one from 1024 up`,
    EADDRNOTAVAIL: `${host} is no address of this machine: set HTTP_HOST to one that is, such as 127.0.0.1`,
    ENOTFOUND: `${host} is no address of this machine: set HTTP_HOST to one that is, such as 127.0.0.1`,
  };
  const message =
    remedies[error.code ?? ''] ?? `cannot listen on ${host} port ${port} (HTTP_HOST, HTTP_PORT): ${error.message}`;
  return new ListenError(message, { cause: error });
}

function addressOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
