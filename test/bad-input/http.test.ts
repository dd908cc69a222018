import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect } from 'vitest';
import { environmentFor } from '../../simulator/credentials.ts';
import { createHttp } from '../../src/http/http.ts';
import { secretsOf } from '../../src/shared/config/config.ts';
import { wirePush } from '../../src/wiring/push.ts';
import { wireTracking } from '../../src/wiring/tracking.ts';
import { openTestContext } from '../support/context.ts';
import { BODIES, FEED } from './arbitraries/deliveries.ts';
import { anyBytes, bytesOf, mutantsOf } from './arbitraries/mutants.ts';
import { nastyText } from './arbitraries/nasty.ts';
import { testBorder } from './border.ts';

const undo: (() => Promise<unknown>)[] = [];
let port = 0;
let secrets: string[] = [];

beforeAll(async () => {
  const env = {
    ...environmentFor('http://127.0.0.1:1'),
    PUBLIC_URL: 'http://127.0.0.1:1',
    BOARD_PASSWORD: 'correct horse',
  };
  const context = await openTestContext({ ...env, TWITTER_PUSH: 'on' });
  const tracking = wireTracking(context);
  const receivers = wirePush(context, tracking).receivers();
  const http = createHttp({ context, roles: ['web'], progress: [], ready: [], receivers, readBudgets: async () => [] });
  await http.start();
  undo.push(
    () => http.stop(),
    tracking.close,
    () => context.close(),
  );
  port = Number(new URL(http.address() ?? '').port);
  secrets = secretsOf(context.config);
});

afterAll(async () => {
  for (const step of undo) await step();
});

const paths = fc.oneof(
  fc.constantFrom(
    '/',
    '/livez',
    '/metrics',
    '/board',
    '/board/api/queues',
    '/statistics',
    '/webhooks/twitch',
    '/webhooks',
  ),
  fc
    .tuple(
      fc.constantFrom('/', '/webhooks/youtube/', '/webhooks/twitch', '/webhooks/__proto__/', '/board/', '//'),
      nastyText,
    )
    .map(([start, rest]) => `${start}${encodeURI(wellFormed(rest))}`),
  fc.constantFrom(
    '*',
    'http://[',
    '/%',
    '/%zz',
    '/..%2f..%2fetc/passwd',
    '/webhooks/twitch?%',
    '/?__proto__[polluted]=1',
    '/\\',
  ),
);
const names = fc.constantFrom(
  'Host',
  'Content-Length',
  'Transfer-Encoding',
  'Authorization',
  'Origin',
  'X-Hub-Signature',
  'Expect',
  'Upgrade',
  '__proto__',
);
const values = fc.oneof(
  fc.constantFrom(
    '',
    '-1',
    '1e9',
    '999999999999',
    'chunked',
    'gzip',
    'Basic Og==',
    'Basic ====',
    'Bearer x',
    '100-continue',
    'null',
    'h2c',
  ),
  nastyText.map((text) => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 2_000)),
);

/** One request as bytes, mostly one that HTTP allows. */
const requests: fc.Arbitrary<Buffer> = fc
  .record({
    method: fc.constantFrom('GET', 'POST', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE', 'constructor', ''),
    path: paths,
    headers: fc.array(fc.tuple(names, values), { maxLength: 3 }),
    body: fc.oneof(
      bytesOf(mutantsOf(...Object.values(BODIES).flat())),
      bytesOf(fc.constant(FEED)),
      anyBytes,
      fc.constant(Buffer.alloc(70_000)),
    ),
  })
  .map(({ method, path, headers, body }) => requestOf(method, path, headers, body));

testBorder<Buffer>({
  name: 'http',
  inputs: fc.oneof({ weight: 8, arbitrary: requests }, { weight: 1, arbitrary: anyBytes }),
  quick: 500,
  corpus: [
    requestOf('GET', `/webhooks/twitch/x${'/'.repeat(16_000)}x`, [], Buffer.alloc(0)),
    requestOf('GET', `/${'a'.repeat(20_000)}`, [], Buffer.alloc(0)),
    requestOf('GET', '/', [['X', 'y'.repeat(40_000)]], Buffer.alloc(0)),
    requestOf('POST', '/webhooks/twitter', [], Buffer.alloc(1_000_000)),
    Buffer.from('GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'),
    Buffer.from(
      'POST /webhooks/twitch HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ),
    Buffer.from('\u0016\u0003\u0001', 'latin1'),
  ],
  async take(request) {
    const answer = await exchange(request);
    expect(answer.length).toBeLessThan(256 * 1024);
    const status = /^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 'closed without an answer';
    // 501: whoever asks for what HTTP has and this server has not. Any other is a fault of ours.
    expect(status).not.toMatch(/^50[^1]$/);
    for (const secret of secrets) expect(answer).not.toContain(secret);
    return status === '200' || status === '204' ? 'accepted' : status;
  },
});

function requestOf(
  method: string,
  path: string,
  headers: readonly (readonly [string, string])[],
  body: Buffer,
): Buffer {
  const given = [['Host', 'example.org'], ['Content-Length', String(body.length)], ...headers];
  // The last one said of each name: two hosts, or two lengths, are tried on their own.
  const lines = [
    ...new Map(given.map(([name = '', value = '']) => [name.toLowerCase(), `${name}: ${value}`])).values(),
  ];
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`), body]);
}

/** Sends bytes, says that there are no more, and takes all that comes back. */
function exchange(request: Buffer): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1');
    socket.on('data', (bytes) => {
      answer += bytes.toString('latin1');
    });
    // Cut off while it still sends: whatever was answered until then counts.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
    socket.end(request);
  });
}

function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd').slice(0, 4_000);
}
