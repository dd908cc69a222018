import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { environmentFor } from '../../../simulator/credentials.ts';
import { loadConfig } from '../../../src/shared/config/config.ts';
import { PLATFORMS, type Platform } from '../../../src/shared/domain/platform.ts';
import { createPushAdapters } from '../../../src/shared/platforms/push-registry.ts';
import { createAdapters } from '../../../src/shared/platforms/registry.ts';
import { never, partsWith, serve, target, useRedis } from './opened.ts';

const redis = useRedis();
const userIds = { of: async () => '7', screenIdsOf: async () => new Map(), remember: async () => undefined };

/** A host that nobody named in a setting. It knows of everybody who so much as connects. */
let elsewhere: Server;
let visits = 0;
beforeAll(async () => {
  elsewhere = createServer((socket) => {
    visits++;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
});
afterAll(() => void elsewhere?.close());
beforeEach(() => {
  visits = 0;
});

const KEYS: Readonly<Record<Platform, string>> = {
  youtube: 'UC81tUN0Ljo_kr7CYSgcNPXQ',
  twitch: '141981764',
  twitter: '12345',
  twitcasting: 'someone',
};

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const NAMED_BY = { youtube: 'handle', twitch: 'login', twitter: 'screen_name', twitcasting: 'user' } as const;

/**
 * Asks everything that we ask of a platform: a look, a name, a subscription, its list and its end.
 * @param answer to all of it; Twitch's token is granted all the same, unless it is asked to answer that too
 * @returns what was asked for, and what came of it
 */
async function askAll(platform: Platform, answer: Answer, { timeoutMs = 20_000, tokenToo = false } = {}) {
  const asked: string[] = [];
  const address = await serve((request, response) => {
    asked.push(`${request.method} ${request.headers.host}${request.url}`);
    const isToken = request.url?.includes('/token') === true;
    if (!isToken || tokenToo) answer(request, response);
    else response.end(JSON.stringify({ access_token: 'granted', expires_in: 3_600, token_type: 'bearer' }));
  });
  const push = { PUBLIC_URL: 'https://tally.example', TWITTER_PUSH: 'on' };
  const config = loadConfig({ ...environmentFor(address), ...push, PLATFORMS: platform });
  const parts = partsWith(redis(), { timeoutMs });
  const adapter = createAdapters(config, parts).adapters.get(platform);
  const pushes = createPushAdapters(config, { ...parts, userIds }).get(platform);
  const identifier = KEYS[platform];
  const name = { platform, kind: NAMED_BY[platform], name: 'someone' };
  const topic = { identifier, topic: pushes?.topics[0] ?? '', remoteId: '8', leaseUntil: null };
  const done = await Promise.allSettled([
    adapter?.observe([target(identifier)], never),
    adapter?.resolve([name], never),
    pushes?.subscribe(topic, never),
    pushes?.list?.(never),
    pushes?.unsubscribe(topic, never),
  ]);
  const failures = done.flatMap((each) => (each.status === 'rejected' ? [String(each.reason.message)] : []));
  return { asked, failures, host: new URL(address).host, metrics: await parts.metrics.registry.metrics() };
}

const NOTHING = Buffer.alloc(64 * 1_024 * 1_024);
const GZIPPED = gzipSync(NOTHING);

/** A few kilobytes each. Of gzip many may stand one behind the other: that one is a gigabyte when it is unpacked. */
const BOMBS = {
  gzip: Buffer.concat(Array.from({ length: 16 }, () => GZIPPED)),
  br: brotliCompressSync(NOTHING, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
  deflate: deflateSync(NOTHING),
};

const there = (): string => `127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;

describe.each(PLATFORMS)('what is asked of %s', (platform) => {
  test.each([
    [301, 'http://'],
    [302, 'https://'],
    [303, '//'],
    [307, 'http://'],
    [308, 'https://'],
  ])('goes nowhere else when it answers %i with an address that begins with %s', async (status, scheme) => {
    const { asked, failures, host } = await askAll(
      platform,
      (_, response) => {
        response.writeHead(status, { location: `${scheme}${there()}/taken`, refresh: `0; url=http://${there()}/` });
        response.end('moved');
      },
      { tokenToo: status >= 307 },
    );
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((line) => !line.includes(` ${host}/`) || line.includes('taken'))).toEqual([]);
    expect(failures.join('\n')).toContain('a redirect, which is not followed');
    expect(visits).toBe(0);
  });

  test('goes nowhere else whatever links stand in answers', async () => {
    const { asked, host } = await askAll(platform, (_, response) => {
      const link = `http://${there()}/taken`;
      response.setHeader('link', `<${link}>; rel="next", <${link}>; rel="hub"`);
      response.setHeader('content-location', link);
      response.end(fullOfLinks(platform, link));
    });
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((line) => !line.includes(` ${host}/`))).toEqual([]);
    expect(visits).toBe(0);
  });

  test.each(['gzip', 'br', 'deflate'] as const)('is cut off at 8 MB of what was packed with %s', async (encoding) => {
    const { failures, metrics } = await askAll(platform, (_, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(BOMBS[encoding]);
    });
    expectNoAnswer(platform, 'the answer is longer than 8388608 bytes', { failures, metrics });
  });

  test('ends in time when its answer drips for ever', async () => {
    const { failures, metrics } = await askAll(
      platform,
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const drip = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(drip));
      },
      { timeoutMs: 300 },
    );
    expectNoAnswer(platform, 'nothing complete within 300 ms', { failures, metrics });
  });

  test('ends in time when its headers drip for ever, and early when there is no end to them', async () => {
    const drip = async (bytes: number, everyMs: number) =>
      askAll(
        platform,
        ({ socket }) => {
          socket.write('HTTP/1.1 200 OK\r\n');
          const timer = setInterval(() => socket.write(`x-more: ${'x'.repeat(bytes)}\r\n`), everyMs);
          socket.on('close', () => clearInterval(timer));
          socket.on('error', () => clearInterval(timer));
        },
        { timeoutMs: everyMs === 20 ? 300 : 20_000 },
      );
    expectNoAnswer(platform, 'nothing complete within 300 ms', await drip(1, 20));
    expectNoAnswer(platform, 'UND_ERR_HEADERS_OVERFLOW', await drip(4_096, 1));
  });
});

/** Feeds may fail and the look goes on without; everything else says why there is no answer. */
function expectNoAnswer(platform: Platform, why: string, got: { failures: string[]; metrics: string }): void {
  expect(got.failures.join('\n')).toContain(why);
  expect(got.metrics).toMatch(new RegExp(`requests_total\\{platform="${platform}".*outcome="unavailable"`));
  expect(got.metrics).not.toMatch(
    new RegExp(`requests_total\\{platform="${platform}",endpoint="(?!token).*outcome="ok"`),
  );
}

/** An answer that could be taken for one, with a link wherever a link could stand. */
function fullOfLinks(platform: Platform, link: string): string {
  const xml = `<feed><link rel="hub" href="${link}"/><link rel="self" href="${link}"/><link rel="next" href="${link}"/><title>x</title></feed>`;
  const user = { id: '7', screen_id: 'someone', name: 'x', is_live: true, last_movie_id: link, image: link, url: link };
  const row = {
    id: link,
    user_id: '141981764',
    login: 'someone',
    type: 'live',
    username: 'someone',
    url: link,
    callback: link,
  };
  const json = {
    ...{ data: [row], items: [], user, movie: { id: '1', link, is_live: false, large_thumbnail: link } },
    ...{ webhooks: [], all_count: 0, total: 0, total_cost: 0, max_total_cost: 0, next: link, nextPageToken: link },
    links: { next: link },
  };
  return platform === 'youtube' ? `${xml}` : JSON.stringify(json);
}
