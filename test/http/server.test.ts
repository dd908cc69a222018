import { once } from 'node:events';
import { connect } from 'node:net';
import { Hono } from 'hono';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpServer, type HttpServer, ListenError } from '../../src/http/server.ts';
import { createLogger } from '../../src/shared/runtime/logger.ts';
import { eventually } from '../support/eventually.ts';

const logger = createLogger({ level: 'silent', secrets: [], destination: { write: () => undefined } });
const servers: HttpServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop())));

function create({ port = 0, host = '127.0.0.1', app = new Hono().get('/', (c) => c.text('here')) } = {}): HttpServer {
  const server = createHttpServer({ host, port, app, logger });
  servers.push(server);
  return server;
}

describe('the HTTP server', () => {
  it('serves where it says it does, and nowhere once it has stopped', async () => {
    const server = create();
    await server.start();
    await server.start();
    const address = server.address() ?? '';
    expect(await (await fetch(address)).text()).toBe('here');
    await server.stop();
    await server.stop();
    expect(server.address()).toBeUndefined();
    await expect(fetch(address)).rejects.toThrow('fetch failed');
  });

  it('keeps a connection for longer than a proxy in front of it does, and says so', async () => {
    const server = create();
    await server.start();
    expect((await fetch(server.address() ?? '')).headers.get('keep-alive')).toBe('timeout=65');
  });

  it('names the port and its variable when the port is in use', async () => {
    const first = create();
    await first.start();
    const port = Number(new URL(first.address() ?? '').port);
    const error = await create({ port })
      .start()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ListenError);
    expect((error as Error).message).toMatch(`port ${port} on 127.0.0.1 is in use`);
    expect((error as Error).message).toMatch('HTTP_PORT');
  });

  it('names the host’s variable when the address is not of this machine', async () => {
    await expect(create({ host: '192.0.2.1' }).start()).rejects.toThrow(/192\.0\.2\.1 is no address.*HTTP_HOST/);
  });

  it.each([
    ['never ends its headers', 'GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: '],
    ['says nothing at all', ''],
  ])('cuts off who %s, however alive it keeps the connection, and serves others meanwhile', async (_what, sent) => {
    const server = create();
    await server.start();
    const address = server.address() ?? '';
    const { hostname, port } = new URL(address);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.write(sent);
    const dripping = sent === '' ? undefined : setInterval(() => socket.write('x'), 500);
    const closed = once(socket.resume(), 'close');
    expect(await (await fetch(address)).text()).toBe('here');
    await closed;
    clearInterval(dripping);
  });

  it('answers 431 to headers that are too large', async () => {
    const server = create();
    await server.start();
    const headers = { 'X-Large': 'x'.repeat(20_000) };
    expect((await fetch(server.address() ?? '', { headers })).status).toBe(431);
  });

  it('holds a thousand connections and no more, so that they take nothing from the work', async () => {
    const server = create();
    await server.start();
    const { hostname, port } = new URL(server.address() ?? '');
    const sockets = Array.from({ length: 1_000 }, () => connect(Number(port), hostname));
    for (const socket of sockets) socket.on('error', () => undefined);
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    const further = connect(Number(port), hostname).on('error', () => undefined);
    await once(further.resume(), 'close');
    sockets[0]?.destroy();
    await eventually(async () => expect(await (await fetch(server.address() ?? '')).text()).toBe('here'));
    for (const socket of sockets) socket.destroy();
  });

  it('stops although a request never ends', async () => {
    let asked = (): void => undefined;
    const arrived = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const app = new Hono().get('/', () => {
      asked();
      return new Promise<Response>(() => undefined);
    });
    const server = create({ app });
    await server.start();
    const request = fetch(server.address() ?? '').catch(() => 'cut off');
    await arrived;
    await server.stop();
    expect(await request).toBe('cut off');
  });
});
