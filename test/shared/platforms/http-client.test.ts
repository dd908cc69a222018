import type { ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createHttpClient, type HttpClient, type HttpParts } from '../../../src/shared/platforms/http-client.ts';
import { PlatformError } from '../../../src/shared/platforms/errors.ts';
import { createLogger } from '../../../src/shared/runtime/logger.ts';
import { createMetrics } from '../../../src/shared/runtime/metrics.ts';
import { freePort } from '../../support/free-port.ts';
import { never, serve } from './opened.ts';

const NOW = new Date('2026-09-26T10:00:00Z');
const SECRET = 'k3y-that-must-not-be-seen';

function clientWith(given: Partial<HttpParts> = {}): {
  http: HttpClient;
  outcomes: () => Promise<object>;
  log: string[];
} {
  const metrics = createMetrics();
  const log: string[] = [];
  const logger = createLogger({
    level: 'info',
    secrets: [],
    destination: { write: (line: string) => void log.push(line) },
  });
  const readFault = () => undefined;
  const http = createHttpClient({
    platform: 'twitch',
    metrics,
    logger,
    clock: { now: () => NOW },
    readFault,
    ...given,
  });
  const outcomes = async () => {
    const { values } = await metrics.requests.get();
    return Object.fromEntries(values.map(({ labels, value }) => [labels.outcome, value]));
  };
  return { http, outcomes, log };
}

function ask(http: HttpClient, url: string, signal: AbortSignal = never) {
  return http.ask({ endpoint: 'streams', url, query: [['key', SECRET]], signal });
}

/** Answers with a status, headers and a body. */
function answering(status: number, headers: Record<string, string> = {}, body = 'x') {
  return (_: unknown, response: ServerResponse) => void response.writeHead(status, headers).end(body);
}

const later = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1_000);

describe('a request', () => {
  test('is answered with status, headers and text', async () => {
    const { http, outcomes } = clientWith();
    const url = await serve((request, response) => {
      response.writeHead(200, { 'x-seen': request.url ?? '' }).end(`${request.headers['user-agent']} ü`);
    });
    const answer = await http.ask({ endpoint: 'streams', url: `${url}/a`, query: [['q', 'a b&c']], signal: never });
    expect(answer).toMatchObject({ status: 200, text: 'tallylight ü' });
    expect(answer.headers.get('x-seen')).toBe('/a?q=a%20b%26c');
    expect(await outcomes()).toEqual({ ok: 1 });
  });

  test.each([
    ['nothing', {}, 'GET', undefined, ''],
    ['nothing, deleting', { method: 'DELETE' }, 'DELETE', undefined, ''],
    ['a form', { form: { a: '1 2' } }, 'POST', 'application/x-www-form-urlencoded;charset=UTF-8', 'a=1+2'],
    ['JSON', { json: { a: ['ü'] } }, 'POST', 'application/json', '{"a":["ü"]}'],
    ['JSON, changing', { json: { a: 1 }, method: 'PATCH' }, 'PATCH', 'application/json', '{"a":1}'],
  ] as const)('sends %s', async (_, given, method, type, body) => {
    const { http } = clientWith();
    const url = await serve(async (request, response) => {
      response.end(JSON.stringify([request.method, request.headers['content-type'], await text(request)]));
    });
    const answer = await http.ask({ endpoint: 'streams', url, signal: never, ...given });
    expect(JSON.parse(answer.text)).toEqual([method, type ?? null, body]);
  });

  test.each([
    [401, {}, 'unauthorized', later(30)],
    [403, {}, 'unauthorized', later(30)],
    [402, {}, 'budget-spent', later(6 * 3_600)],
    [429, {}, 'rate-limited', later(60)],
    [429, { 'retry-after': '120' }, 'rate-limited', later(120)],
    [429, { 'retry-after': 'Sat, 26 Sep 2026 10:05:00 GMT' }, 'rate-limited', later(300)],
    [429, { 'retry-after': 'soon' }, 'rate-limited', later(60)],
    [429, { 'retry-after': '0' }, 'rate-limited', later(1)],
    [429, { 'retry-after': '999999999' }, 'rate-limited', later(25 * 3_600)],
    [429, { 'ratelimit-reset': '1790416830', date: 'Sat, 26 Sep 2026 10:00:00 GMT' }, 'rate-limited', later(30)],
    [429, { 'x-rate-limit-reset': '1790416830', date: 'Sat, 26 Sep 2026 10:00:00 GMT' }, 'rate-limited', later(30)],
    [429, { 'x-ratelimit-reset': '1790416830', date: 'Sat, 26 Sep 2026 10:00:20 GMT' }, 'rate-limited', later(10)],
    [500, {}, 'unavailable', null],
    [503, { 'retry-after': '7' }, 'unavailable', later(7)],
    [404, {}, 'unavailable', null],
    [301, { location: 'http://127.0.0.1:1/' }, 'unavailable', null],
  ])('that is answered with %i %j is %s until %s', async (status, headers, fault, restUntil) => {
    const { http, outcomes } = clientWith();
    const error = await ask(http, await serve(answering(status, headers))).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'PlatformError', platform: 'twitch', fault, restUntil });
    expect(await outcomes()).toEqual({ [fault]: 1 });
    expect(String((error as Error).stack)).not.toContain(SECRET);
  });

  test('hands over a status that it expects', async () => {
    const { http, outcomes } = clientWith();
    const url = await serve(answering(404, {}, 'nobody'));
    const expects = ({ status }: { status: number }) => status === 404;
    expect(await http.ask({ endpoint: 'users', url, signal: never, expects })).toMatchObject({ text: 'nobody' });
    expect(await outcomes()).toEqual({ 404: 1 });
  });

  test("is read with the platform's own words before the status is", async () => {
    const fault = { fault: 'budget-spent', reason: 'quotaExceeded', restUntil: later(5) } as const;
    const { http } = clientWith({ readFault: ({ text }) => (text === 'quota' ? fault : undefined) });
    await expect(ask(http, await serve(answering(403, {}, 'quota')))).rejects.toMatchObject({
      fault: 'budget-spent',
      restUntil: later(5),
      message: 'twitch answered streams with 403 (quotaExceeded)',
    });
  });

  test.each([
    ['a token with a line break in it', 'https://127.0.0.1:1/', { authorization: `Bearer ${SECRET}\n${SECRET}` }],
    ['an address with an account in it', `https://me:${SECRET}@127.0.0.1:1/`, {}],
    ['an address that is none', `https://127.0.0.1:x/${SECRET}`, {}],
  ])('that cannot be made, for %s, does not quote it', async (_, url, headers) => {
    const { http } = clientWith();
    const error = await http.ask({ endpoint: 'streams', url, headers, signal: never }).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({
      fault: 'unavailable',
      message: expect.stringMatching(/cannot be made|ERR_INVALID_URL/),
    });
    expect((error as Error).stack).not.toContain(SECRET);
  });

  test.each<[string, (response: ServerResponse) => void]>([
    ['nothing at all', () => undefined],
    ['headers but no end', (response) => void response.writeHead(200).write('{"data":[')],
  ])('ends in time when the server gives %s', async (_, answer) => {
    const { http, outcomes } = clientWith({ timeoutMs: 100 });
    const error = await ask(http, await serve((__, response) => answer(response))).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ fault: 'unavailable', restUntil: null });
    expect((error as Error).message).toBe('twitch gave no answer to streams: nothing complete within 100 ms');
    expect(await outcomes()).toEqual({ unavailable: 1 });
  });

  test('ends when it is stopped, and blames the platform only if it was asked before', async () => {
    const { http } = clientWith();
    const controller = new AbortController();
    const url = await serve(() => controller.abort());
    await expect(ask(http, url, controller.signal)).rejects.toMatchObject({ fault: 'unavailable' });
    const late = await ask(http, url, controller.signal).catch((error: unknown) => error);
    expect(late).not.toBeInstanceOf(PlatformError);
    expect((late as Error).message).toBe('twitch was not asked for streams: it was stopped');
  });

  test('refuses an answer that never ends, without reading it whole', async () => {
    const { http } = clientWith({ maxBytes: 1_000 });
    const url = await serve((_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(500)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    await expect(ask(http, url)).rejects.toThrow('longer than 1000 bytes');
  });

  test('is unavailable when the connection is cut or refused', async () => {
    const { http } = clientWith();
    const cut = await serve((request) => void request.socket.destroy());
    await expect(ask(http, cut)).rejects.toMatchObject({ fault: 'unavailable' });
    const half = await serve((request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half', () => request.socket.destroy());
    });
    await expect(ask(http, half)).rejects.toMatchObject({ fault: 'unavailable' });
    const nobody = `http://127.0.0.1:${await freePort()}`;
    await expect(ask(http, nobody)).rejects.toThrow('twitch gave no answer to streams: ECONNREFUSED');
  });

  test('sends a form by POST', async () => {
    const { http } = clientWith();
    const url = await serve(async (request, response) => {
      response.end(`${request.method} ${request.headers['content-type']} ${await text(request)}`);
    });
    const answer = await http.ask({ endpoint: 'token', url, form: { client_secret: 'a&b' }, signal: never });
    expect(answer.text).toBe('POST application/x-www-form-urlencoded;charset=UTF-8 client_secret=a%26b');
  });

  test('says once when the answers come from a simulator', async () => {
    const { http, log } = clientWith();
    const url = await serve(answering(200, { server: 'tallylight-simulator' }));
    await ask(http, url);
    await ask(http, url);
    expect(log.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'warn', platform: 'twitch', msg: 'answers come from a simulator, not from the platform' },
    ]);
  });
});

describe('an answer', () => {
  const schema = z.looseObject({ data: z.array(z.looseObject({ id: z.string() })) });
  const read = (body: string) => {
    const { http, outcomes } = clientWith();
    const answer = { endpoint: 'streams', status: 200, headers: new Headers(), text: body };
    return { outcomes, value: () => http.read(answer, schema) };
  };

  test('is read as its schema says, with more fields than we know', () => {
    expect(read('{"data":[{"id":"1","new":2}],"pagination":{}}').value()).toMatchObject({ data: [{ id: '1' }] });
  });

  test.each(['', 'not json', '{"data":[{"id":"1"}', '[]', '{"data":[{"id":1}]}', '{}', 'null'])(
    'that says %j is unreadable, not empty',
    async (body) => {
      const { value, outcomes } = read(body);
      expect(value).toThrow(/^twitch answered streams unreadably at /);
      expect(await outcomes()).toEqual({ unreadable: 1 });
    },
  );
});
