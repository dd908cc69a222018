import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Queue, UnrecoverableError, Worker } from 'bullmq';
import { expect } from 'vitest';
import { createHttp } from '../../src/http/http.ts';
import type { HttpServer } from '../../src/http/server.ts';
import type { Role } from '../../src/role.ts';
import { queuePrefix } from '../../src/shared/queues/keys.ts';
import type { Health } from '../../src/shared/runtime/health.ts';
import { openWaiting } from '../../src/shared/runtime/redis.ts';
import { openTestContext, type TestContext } from './context.ts';
import { eventually } from './eventually.ts';

export interface ServeOptions {
  readonly roles?: readonly Role[];
  readonly password?: string;
  readonly readPassword?: string;
  readonly poll?: Health;
}

/** All of 127.0.0.0/8 is this machine: a client may call from wherever in it. */
export type Ask = (path: string, init?: RequestInit, from?: string) => Promise<Response>;

/** The HTTP side of processes of one cluster, each at an address of its own. */
export interface ServedHttp {
  readonly context: TestContext;
  /** One more process. */
  serve(options?: ServeOptions): Promise<{ readonly ask: Ask; readonly http: HttpServer }>;
  /** One of the cluster's queues. */
  openQueue(name: string): Queue;
  /** Puts a job in that fails at once. @returns its id */
  failedJob(queue: Queue): Promise<string>;
  close(): Promise<void>;
}

export async function openServedHttp(): Promise<ServedHttp> {
  const context = await openTestContext();
  const undo = [() => context.close()];
  return {
    context,
    async serve({ roles = ['web'] as const, password, readPassword, poll = { ok: true } } = {}) {
      const passwords = { BOARD_PASSWORD: password ?? null, BOARD_READ_PASSWORD: readPassword ?? null };
      const config = { ...context.config, ...passwords };
      const readBudgets = async () => [{ name: 'points', limit: 800, used: 30, left: 770, resetsAt: null }];
      const progress = [{ name: 'poll', check: () => poll }];
      const http: HttpServer = createHttp({ context: { ...context, config }, roles, progress, ready: [], readBudgets });
      await http.start();
      undo.push(() => http.stop());
      const ask: Ask = (path, init, from) => {
        const url = `${http.address()}${path}`;
        return from ? fetchFrom(from, url, init) : fetch(url, { redirect: 'manual', ...init });
      };
      return { ask, http };
    },
    openQueue(name) {
      const queue = new Queue(name, { connection: context.redis, prefix: queuePrefix(name) });
      queue.on('error', () => undefined); // a test may take its Redis away
      undo.push(() => queue.close());
      return queue;
    },
    failedJob: (queue) => failedJob(context, queue),
    async close() {
      for (const step of undo.reverse()) await step();
    },
  };
}

async function fetchFrom(localAddress: string, url: string, init: RequestInit = {}): Promise<Response> {
  const headers = Object.fromEntries(new Headers(init.headers));
  const sent = request(url, { localAddress, headers, agent: false }).end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return new Response(await buffer(answer), {
    status: answer.statusCode ?? 0,
    headers: answer.headers as Record<string, string>,
  });
}

/** What is sent goes out as it is written here: no path is tidied up, and no body follows. */
export async function askRaw(http: HttpServer, path: string, method = 'GET', headers: readonly string[] = []) {
  const { hostname, port } = new URL(http.address() ?? '');
  const socket = connect(Number(port), hostname);
  socket.write([`${method} ${path} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers, '', ''].join('\r\n'));
  const text = (await buffer(socket)).toString();
  const [head = '', body = ''] = text.split('\r\n\r\n', 2);
  return { status: Number(head.split(' ')[1]), body };
}

export const put = { method: 'PUT' };
export const asOperator = (password: string) => ({
  headers: { Authorization: `Basic ${Buffer.from(`operator:${password}`).toString('base64')}` },
});

async function failedJob(context: TestContext, queue: Queue): Promise<string> {
  const job = await queue.add('change', {});
  const connection = openWaiting(context.server.url, queuePrefix(queue.name), context.logger);
  const fail = () => Promise.reject(new UnrecoverableError('nobody could be told'));
  const worker = new Worker(queue.name, fail, { connection, prefix: queuePrefix(queue.name) });
  await eventually(async () => expect(await job.getState()).toBe('failed'));
  await worker.close();
  connection.disconnect();
  return job.id ?? '';
}
