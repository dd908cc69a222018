import fc from 'fast-check';
import { Redis } from 'ioredis';
import { expect } from 'vitest';
import { environmentFor } from '../../simulator/credentials.ts';
import { loadConfig, secretsOf } from '../../src/shared/config/config.ts';
import { PLATFORMS, type Platform } from '../../src/shared/domain/platform.ts';
import type { Incoming, Receipt } from '../../src/shared/platforms/push/push-adapter.ts';
import { createPushAdapters } from '../../src/shared/platforms/push-registry.ts';
import { createMetrics } from '../../src/shared/runtime/metrics.ts';
import { silentLogger } from '../support/outbox.ts';
import { BODIES, CHANNEL, DELETED, FEED, question, signedHeaders } from './arbitraries/deliveries.ts';
import { mutantXml } from './arbitraries/markup.ts';
import { anyBytes, bytesOf, mutantsOf } from './arbitraries/mutants.ts';
import { HUGE_TEXTS, nastyJson, nastyText } from './arbitraries/nasty.ts';
import { testBorder } from './border.ts';

const NOW = new Date('2026-09-26T10:00:05Z');
const unasked = (): Promise<never> => Promise.reject(new Error('nobody is asked while receiving'));
const config = loadConfig({
  ...environmentFor('http://127.0.0.1:1'),
  PUBLIC_URL: 'https://example.org',
  TWITTER_PUSH: 'on',
});
const adapters = createPushAdapters(config, {
  // To receive, nobody is asked: this is never connected.
  redis: new Redis({ lazyConnect: true }),
  ...{ metrics: createMetrics(), logger: silentLogger, clock: { now: () => NOW } },
  userIds: { of: unasked, screenIdsOf: unasked, remember: unasked },
});
const SECRETS = secretsOf(config);
const STATUSES = [200, 204, 400, 403, 404, 405];

interface Sent {
  readonly platform: Platform;
  /** Signed as the platform does it, or as it comes. */
  readonly signed: boolean;
  readonly incoming: Incoming;
}

const headers = fc.dictionary(
  fc.constantFrom('x-hub-signature', 'x-twitter-webhooks-signature', 'content-type', 'twitch-eventsub-message-type'),
  fc.oneof(nastyText, fc.constantFrom('sha1=', 'sha256=', `sha256=${'0'.repeat(64)}`, `sha1=${'0'.repeat(40)}`)),
  { maxKeys: 2 },
);
const parameters = fc.dictionary(
  fc.constantFrom('hub.mode', 'hub.topic', 'hub.challenge', 'hub.lease_seconds', 'hub.reason', 'token', 'crc_token'),
  fc.oneof(nastyText, fc.constantFrom('denied', 'unsubscribe', '-1', '1e9', '999999999999', '{"data":[]}')),
  { maxKeys: 2 },
);

const bodyFor = (platform: Platform): fc.Arbitrary<Buffer> =>
  fc.oneof(
    {
      weight: 5,
      arbitrary: bytesOf(platform === 'youtube' ? mutantXml(FEED, DELETED) : mutantsOf(...BODIES[platform])),
    },
    { weight: 1, arbitrary: bytesOf(nastyJson) },
    { weight: 1, arbitrary: anyBytes },
  );

const sent: fc.Arbitrary<Sent> = fc.constantFrom(...PLATFORMS).chain((platform) =>
  fc
    .record({
      signed: fc.constantFrom(true, true, false),
      method: fc.constantFrom('POST', 'POST', 'POST', 'GET', 'PUT', '__proto__'),
      place: fc.oneof(
        { weight: 6, arbitrary: fc.constant(platform === 'youtube' ? CHANNEL : '') },
        { weight: 1, arbitrary: nastyText },
      ),
      type: fc.constantFrom('notification', 'webhook_callback_verification', 'revocation', 'constructor'),
      body: bodyFor(platform),
      ...{ headers, parameters },
    })
    .map((given): Sent => {
      const own = given.signed ? signedHeaders(platform, given.body, given.type, NOW) : {};
      const query = question(platform, given.parameters);
      const { method, place, body } = given;
      return {
        platform,
        signed: given.signed,
        incoming: { method, place, query, headers: { ...given.headers, ...own }, body },
      };
    }),
);

testBorder<Sent>({
  name: 'webhooks',
  inputs: sent,
  quick: 1_500,
  corpus: [
    ...PLATFORMS.flatMap((platform) => [...HUGE_TEXTS, ...bombs()].map((text) => signedBody(platform, text))),
    signedBody('twitcasting', (BODIES.twitcasting[0] ?? '').replace('someone_live', 'a\\u0000b')),
    signedBody('twitter', (BODIES.twitter[0] ?? '').replace('"2146429123901234567"', '""')),
  ],
  async take({ platform, signed, incoming }) {
    const receipt = await adapters.get(platform)?.receive(incoming, async () => true);
    if (!receipt) throw new Error(`no adapter for ${platform}`);
    expect(STATUSES).toContain(receipt.answer.status);
    expect(receipt.answer.body?.length ?? 0).toBeLessThanOrEqual(4_096);
    for (const secret of SECRETS) expect(JSON.stringify(receipt)).not.toContain(secret);
    // TwitCasting's signature is a part of the body.
    if (!signed && platform !== 'twitcasting' && incoming.method === 'POST') expect(receipt.kind).toBe('refused');
    return outcomeOf(receipt, platform);
  },
});

function outcomeOf(receipt: Receipt, platform: Platform): string {
  if (receipt.kind === 'refused') {
    expect(receipt.reason.length).toBeLessThanOrEqual(200);
    expect(receipt.reason).toMatch(/^[ -~]{8,}$/);
    return `${platform}: ${receipt.reason.replace(/^youtube: /, '')}`;
  }
  if (receipt.kind === 'ended') expect(receipt.reason).toMatch(/^.{1,300}$/s);
  if (receipt.kind === 'delivery') {
    expect(receipt.messageId ?? 'x').toMatch(/^[ -~]{1,70000}$/);
    expect(receipt.pushed.length).toBeLessThanOrEqual(1_000);
    expect(Number.isNaN(receipt.saidAt?.getTime())).toBe(false);
    for (const { broadcastId } of receipt.pushed) expect(broadcastId ?? 'x').toMatch(/^[\w-]{1,64}$/);
  }
  const topics = receipt.kind === 'asked' ? (receipt.confirmed ? [receipt.confirmed] : []) : receipt.topics;
  for (const { identifier } of topics) expect(identifier).toMatch(/^[^\p{C}\s]{1,64}$/u);
  return 'accepted';
}

function signedBody(platform: Platform, text: string): Sent {
  const body = Buffer.from(text);
  const given = { method: 'POST', place: platform === 'youtube' ? CHANNEL : '', query: new URLSearchParams(), body };
  return {
    platform,
    signed: true,
    incoming: { ...given, headers: signedHeaders(platform, body, 'notification', NOW) },
  };
}

/** What makes readers of XML work for ever, or follow links. */
function bombs(): string[] {
  const laughs = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('');
  return [
    `<!DOCTYPE feed [<!ENTITY l0 "ha">${laughs}]><feed><title>&l9;</title></feed>`,
    '<!DOCTYPE feed [<!ENTITY x SYSTEM "file:///etc/passwd">]><feed><title>&x;</title></feed>',
    `<feed>${'<entry>'.repeat(9_000)}</feed>`,
    `<feed>${'<a '.repeat(20_000)}</feed>`,
    `<feed ${'a="b" '.repeat(10_000)}></feed>`,
    `<feed>${'<entry></entry>'.repeat(4_000)}</feed>`,
    `<feed><!--${'-'.repeat(60_000)}</feed>`,
    `<feed><![CDATA[${']'.repeat(60_000)}</feed>`,
    '<feed><__proto__><polluted>1</polluted></__proto__><constructor><prototype><polluted>1</polluted></prototype></constructor></feed>',
  ];
}
