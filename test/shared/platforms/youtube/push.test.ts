import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Simulator, SimulatorOptions } from '../../../../simulator/simulator.ts';
import type { AdapterParts } from '../../../../src/shared/platforms/parts.ts';
import type { Incoming, PushAdapter, Receipt, Topic } from '../../../../src/shared/platforms/push/push-adapter.ts';
import { createYoutubePush } from '../../../../src/shared/platforms/youtube/push.ts';
import { createRandom } from '../../../../simulator/random.ts';
import { manualClock, openSimulator, settingOf } from '../../../simulator/opened.ts';
import { eventually } from '../../../support/eventually.ts';
import { never, partsWith, serve, useRedis } from '../opened.ts';

const redis = useRedis();
const CHANNEL = 'UC81tUN0Ljo_kr7CYSgcNPXQ';
const OTHER = 'UCVls1GmFKf6WlTraIb_IaJg';
const NOW = '2026-09-26T10:00:00.000Z';
const BOMB = `<!DOCTYPE feed [<!ENTITY a "aaaaaaaaaa">${Array.from({ length: 9 }, (_, n) => `<!ENTITY ${'abcdefghij'[n + 1]} "${`&${'abcdefghij'[n]};`.repeat(10)}">`).join('')}]><feed><title>&j;</title></feed>`;

interface Opened {
  readonly simulator: Simulator;
  readonly push: PushAdapter;
  readonly log: readonly string[];
  readonly receipts: Receipt[];
  /** Which channels are subscribed for. */
  readonly wanted: Set<string>;
}

/** The pushing side, with a callback that the simulated hub reaches. */
async function opened(options: SimulatorOptions = {}, given: Partial<AdapterParts> = {}): Promise<Opened> {
  const simulator = await openSimulator(options);
  const receipts: Receipt[] = [];
  const wanted = new Set<string>();
  const url = await serve(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://public');
    const { method = '', headers } = request;
    const place = pathname.replace('/webhooks/youtube/', '');
    const incoming = { method, place, query, headers, body: Buffer.concat(chunks) };
    const receipt = await push.receive(incoming, async ({ identifier }) => wanted.has(identifier));
    receipts.push(receipt);
    response.writeHead(receipt.answer.status).end(receipt.answer.body);
  });
  const parts = partsWith(redis(), { clock: manualClock(NOW), ...given });
  const settings = { apiKey: settingOf(simulator, 'YOUTUBE_API_KEY'), hubUrl: settingOf(simulator, 'YOUTUBE_HUB_URL') };
  const push: PushAdapter = createYoutubePush({ ...parts, settings, callback: `${url}/webhooks/youtube` });
  return { simulator, push, log: parts.log, receipts, wanted };
}

const row = (identifier: string) => ({ identifier, topic: 'feed', remoteId: null, leaseUntil: null });

describe('a subscription to a channel', () => {
  test('counts from when the hub asked back, for the lease that it granted', async () => {
    const { simulator, push, receipts, wanted } = await opened({ quirks: { youtubeMostLeaseSeconds: 7_200 } });
    wanted.add(CHANNEL);
    expect(await push.subscribe(row(CHANNEL), never)).toEqual({ state: 'pending', remoteId: null, leaseUntil: null });
    await eventually(() => expect(receipts).toHaveLength(1));
    const leaseUntil = new Date(Date.parse(NOW) + 7_200_000);
    expect(receipts[0]).toMatchObject({
      kind: 'asked',
      answer: { status: 200, body: expect.stringMatching(/^\d+$/), contentType: 'text/plain; charset=utf-8' },
      confirmed: { identifier: CHANNEL, topic: 'feed', leaseUntil },
    });
    await eventually(() => expect(simulator.youtubeSubscriptions()).toMatchObject([{ channelId: CHANNEL }]));
    expect(simulator.requests.recent('youtube', 'hub')).toMatchObject([{ ids: [CHANNEL], status: 202 }]);
  });

  test('is refused while nobody wants it, and its end while somebody does', async () => {
    const { simulator, push, receipts, wanted } = await opened();
    await push.subscribe(row(CHANNEL), never);
    await eventually(() => expect(receipts).toMatchObject([{ kind: 'refused', answer: { status: 404 } }]));
    wanted.add(CHANNEL);
    await push.subscribe(row(CHANNEL), never);
    await eventually(() => expect(simulator.youtubeSubscriptions()).toHaveLength(1));
    await push.unsubscribe(row(CHANNEL), never);
    await eventually(() => expect(receipts[2]).toMatchObject({ kind: 'refused', answer: { status: 404 } }));
    expect(simulator.youtubeSubscriptions()).toHaveLength(1);
    wanted.clear();
    await push.unsubscribe(row(CHANNEL), never);
    await eventually(() => expect(simulator.youtubeSubscriptions()).toEqual([]));
    expect(receipts[3]).toMatchObject({ kind: 'asked' });
    expect(receipts[3]).not.toHaveProperty('confirmed');
  });

  test.each([
    ['unavailable', 30, 'unavailable', 30_000],
    ['unavailable', undefined, 'unavailable', 120_000],
    ['server-error', undefined, 'unavailable', 120_000],
    ['rate-limited', 45, 'rate-limited', 45_000],
    ['bare-rate-limited', undefined, 'rate-limited', 120_000],
  ] as const)(
    'waits while the hub is in trouble (%s, Retry-After %s)',
    async (kind, retryAfterSeconds, fault, restMs) => {
      const { simulator, push } = await opened();
      const retry = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
      simulator.faults.add({ platform: 'youtube', endpoint: 'hub', kind, ...retry });
      const restUntil = new Date(Date.parse(NOW) + restMs);
      for (const ask of [push.subscribe, push.unsubscribe])
        await expect(ask(row(CHANNEL), never)).rejects.toMatchObject({ name: 'PlatformError', fault, restUntil });
    },
  );

  test.each(['bad-request', 'not-found', 'down', 'timeout'] as const)(
    'that fails for a reason of its own (%s) says nothing of the others',
    async (kind) => {
      const { simulator, push } = await opened({}, kind === 'timeout' ? { timeoutMs: 500 } : {});
      simulator.faults.add({ platform: 'youtube', endpoint: 'hub', kind });
      await expect(push.subscribe(row(CHANNEL), never)).rejects.toMatchObject({
        fault: 'unavailable',
        restUntil: null,
      });
    },
  );

  test('has a secret of its own, which is nowhere to be seen', async () => {
    const { simulator, push, log, wanted } = await opened();
    for (const channel of [CHANNEL, OTHER]) {
      wanted.add(channel);
      await push.subscribe(row(channel), never);
    }
    await eventually(() => expect(simulator.youtubeSubscriptions()).toHaveLength(2));
    const callbacks = simulator.youtubeSubscriptions().map(({ callback }) => new URL(callback));
    expect(callbacks.map(({ pathname }) => pathname).sort()).toEqual(
      [CHANNEL, OTHER].map((channel) => `/webhooks/youtube/${channel}`).sort(),
    );
    expect(new Set(callbacks.map(({ search }) => search)).size).toBe(2);
    const secrets = [secretOf(CHANNEL), secretOf(OTHER), 'simulated-youtube-key'];
    for (const secret of secrets) expect(`${log.join()}${push.mark}${callbacks.join()}`).not.toContain(secret);
  });

  test('is made anew when the key, the callback or the hub changes', async () => {
    const mark = (apiKey: string, callback: string, hubUrl = 'https://hub.example') =>
      createYoutubePush({ ...partsWith(redis()), settings: { apiKey, hubUrl }, callback }).mark;
    const [a, b] = ['https://a.example/webhooks/youtube', 'https://b.example/webhooks/youtube'];
    const marks = [mark('key', a), mark('key', a), mark('other', a), mark('key', b), mark('key', a, b)];
    expect(marks[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(marks).size).toBe(4);
  });
});

describe('a question of the hub', () => {
  const TOPIC = `https://www.youtube.com/xml/feeds/videos.xml?channel_id=${CHANNEL}`;

  async function asked(change: Record<string, string | null>, place = CHANNEL): Promise<Receipt> {
    const { push } = await opened();
    const given = {
      token: tokenOf(CHANNEL),
      'hub.mode': 'subscribe',
      'hub.topic': TOPIC,
      'hub.challenge': '18272998144577416615',
      'hub.lease_seconds': '432000',
      ...change,
    };
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(given)) if (value !== null) query.set(name, value);
    return push.receive({ method: 'GET', place, query, headers: {}, body: Buffer.alloc(0) }, async () => true);
  }

  test.each([
    ['the old address of the feed', { 'hub.topic': TOPIC.replace('/xml', '') }, 432_000],
    ['the address without encryption', { 'hub.topic': TOPIC.replace('https', 'http') }, 432_000],
    ['no lease', { 'hub.lease_seconds': null }, 432_000],
    ['an odd lease', { 'hub.lease_seconds': '-1' }, 432_000],
    ['a lease of ages', { 'hub.lease_seconds': '999999999999' }, 2_592_000],
  ])('with %s is answered', async (_, change, seconds) => {
    expect(await asked(change)).toMatchObject({
      answer: { status: 200, body: '18272998144577416615' },
      confirmed: { identifier: CHANNEL, leaseUntil: new Date(Date.parse(NOW) + seconds * 1_000) },
    });
  });

  test.each([
    ['without our token', { token: null }, CHANNEL],
    ['with the token of another channel', { token: tokenOf(OTHER) }, CHANNEL],
    ['about another channel', { 'hub.topic': TOPIC.replace(CHANNEL, OTHER) }, CHANNEL],
    ['about another site', { 'hub.topic': TOPIC.replace('www.youtube.com', 'youtube.com.example') }, CHANNEL],
    ['about nothing', { 'hub.topic': null }, CHANNEL],
    ['without a challenge', { 'hub.challenge': null }, CHANNEL],
    ['with a page for a challenge', { 'hub.challenge': '<script>' }, CHANNEL],
    ['in an unknown mode', { 'hub.mode': 'publish' }, CHANNEL],
    ['at no channel', {}, 'somewhere'],
    ['below a channel', {}, `${CHANNEL}/more`],
  ])('%s is refused', async (_, change, place) => {
    const receipt = await asked(change, place);
    expect(receipt.kind).toBe('refused');
    expect(receipt.answer.status).toBeGreaterThanOrEqual(400);
    expect(receipt.answer.body ?? '').not.toContain('<');
  });

  test('that is none but a denial ends the subscription', async () => {
    const receipt = await asked({ 'hub.mode': 'denied', 'hub.reason': 'too many', 'hub.challenge': null });
    expect(receipt).toMatchObject({
      kind: 'ended',
      answer: { status: 200 },
      topics: [{ identifier: CHANNEL, topic: 'feed' }],
      reason: expect.stringContaining('too many'),
    });
  });
});

describe('a delivery', () => {
  test('of the hub names what is new, changed and deleted', async () => {
    const { simulator, push, receipts, wanted } = await opened({ quirks: { pushDuplicateRate: 1 } });
    const { world } = simulator;
    const { identifier } = world.addStreamer({ platform: 'youtube', name: '<A> & "B"' });
    wanted.add(identifier);
    await push.subscribe(row(identifier), never);
    await eventually(() => expect(simulator.youtubeSubscriptions()).toHaveLength(1));
    const { id } = world.goLive('youtube', identifier, { id: '12345678901' });
    await eventually(() => expect(deliveries(receipts)).toHaveLength(2));
    world.retitle('youtube', id, 'Another');
    await eventually(() => expect(deliveries(receipts)).toHaveLength(4));
    world.remove('youtube', id);
    await eventually(() => expect(deliveries(receipts)).toHaveLength(6));
    const came = deliveries(receipts);
    const said = (says: string) => [{ identifier, broadcastId: '12345678901', says }];
    expect(came.map(({ pushed }) => pushed)).toEqual(
      ['online', 'online', 'online', 'online', 'offline', 'offline'].map(said),
    );
    expect(came.map(({ answer }) => answer.status)).toEqual(Array(6).fill(204));
    expect(came[0]).toMatchObject({ topics: [{ identifier, topic: 'feed' }], saidAt: expect.any(Date) });
    // A repeat is known as one, a change never is.
    const ids = came.map(({ messageId }) => messageId);
    expect([ids[0] === ids[1], ids[2] === ids[3], ids[4] === ids[5]]).toEqual([true, true, true]);
    expect(new Set(ids).size).toBe(3);
  });

  test.each<[string, string, object[]]>([
    [
      'mixed',
      feed(entry('aaaaaaaaaaA'), tombstone('bbbbbbbbbbA')),
      [said('aaaaaaaaaaA'), said('bbbbbbbbbbA', 'offline')],
    ],
    [
      'of an old video',
      feed(entry('aaaaaaaaaaA', { published: '2026-01-01T00:00:00+00:00' })),
      [said('aaaaaaaaaaA', 'something')],
    ],
    ['without times', feed(entry('aaaaaaaaaaA', { published: 'x', updated: '' })), [said('aaaaaaaaaaA')]],
    [
      'partly of another channel',
      feed(entry('aaaaaaaaaaA', { channel: OTHER }), entry('bbbbbbbbbbA')),
      [said('bbbbbbbbbbA')],
    ],
    ['of another channel, deleted', feed(tombstone('aaaaaaaaaaA', OTHER)), []],
    [
      'partly unreadable',
      feed('<entry><title>?</title></entry>', '<entry/>', '<at:deleted-entry ref="x"/>', entry('00000000000')),
      [said('00000000000')],
    ],
    ['of nothing', feed(), []],
    ['with entities', feed(entry('aaaaaaaaaaA', { title: '&amp;&#38;&lt;&unknown;' })), [said('aaaaaaaaaaA')]],
  ])('that is %s is read for what is ours', async (_, body, pushed) => {
    const { push } = await opened();
    expect(await deliver(push, body)).toMatchObject({ kind: 'delivery', answer: { status: 204 }, pushed });
  });

  test.each<[string, string | Buffer, object]>([
    ['without a signature', feed(entry('aaaaaaaaaaA')), { signature: undefined }],
    ['with an empty signature', feed(entry('aaaaaaaaaaA')), { signature: '' }],
    ['with two signatures', feed(entry('aaaaaaaaaaA')), { signature: ['sha1=00', 'sha1=11'] }],
    ['signed with another algorithm', feed(entry('aaaaaaaaaaA')), { signature: `sha256=${'0'.repeat(64)}` }],
    ['signed for another channel', feed(entry('aaaaaaaaaaA')), { secret: secretOf(OTHER) }],
    ['signed, then changed', feed(entry('aaaaaaaaaaA')), { signed: feed(entry('aaaaaaaaaaB')) }],
    ['of another feed', feed(entry('aaaaaaaaaaA')).replace(`channel_id=${CHANNEL}`, `channel_id=${OTHER}`), {}],
    ['empty', '', {}],
    ['no XML', 'not at all', {}],
    ['a page', '<html><body></body></html>', {}],
    ['cut off', feed(entry('aaaaaaaaaaA')).slice(0, -9), {}],
    ['a document with entities of its own', BOMB, {}],
    ['endlessly nested', `<feed>${'<a>'.repeat(20_000)}${'</a>'.repeat(20_000)}</feed>`, {}],
    ['no text', randomBytes(1_000), {}],
  ])('that is %s is taken and refused', async (_, body, how) => {
    const { push } = await opened();
    expect(await deliver(push, body, how)).toMatchObject({ kind: 'refused', answer: { status: 204 } });
  });

  test('may be any bytes, signed or not: nothing is thrown, nothing is said of others, and all is 2xx', async () => {
    const { push } = await opened();
    const random = createRandom('garbage');
    const pieces = [
      feed(),
      feed(entry('aaaaaaaaaaA')),
      feed(tombstone('bbbbbbbbbbA')),
      '<feed>',
      '</feed>',
      '<entry>',
      '<![CDATA[',
      ']]>',
      '&#0;',
      '&a;',
      '<__proto__>',
      '<!--',
      '-->',
      '<?xml',
      '<yt:videoId>',
      '\u0000',
      '🙂',
      '"',
      '<constructor/>',
    ] as const;
    const kinds = new Set<string>();
    for (let round = 0; round < 400; round += 1) {
      let text = Array.from({ length: random.integer(1, 6) }, () => random.pick(pieces)).join('');
      const [from, to] = [random.integer(0, text.length), random.integer(0, text.length)];
      if (random.chance(0.5)) text = text.slice(0, from) + text.slice(to);
      const signed = random.chance(0.8);
      const receipt = await deliver(push, text, signed ? {} : { secret: 'wrong' });
      expect(receipt.answer.status, text).toBe(204);
      expect(signed ? ['delivery', 'refused'] : ['refused'], text).toContain(receipt.kind);
      kinds.add(`${receipt.kind} ${receipt.kind === 'delivery' && receipt.pushed.length > 0}`);
      for (const { identifier, broadcastId } of receipt.kind === 'delivery' ? receipt.pushed : []) {
        expect(identifier).toBe(CHANNEL);
        expect(broadcastId).toMatch(/^[\w-]{11}$/);
      }
    }
    expect([...kinds].sort()).toEqual(['delivery false', 'delivery true', 'refused false']);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test('by another method is refused', async () => {
    const { push } = await opened();
    const incoming = {
      method: 'PUT',
      place: CHANNEL,
      query: new URLSearchParams(),
      headers: {},
      body: Buffer.alloc(0),
    };
    expect(await push.receive(incoming, async () => true)).toMatchObject({ kind: 'refused', answer: { status: 405 } });
  });
});

function deliveries(receipts: readonly Receipt[]) {
  return receipts.flatMap((receipt) => (receipt.kind === 'delivery' ? [receipt] : []));
}

interface How {
  readonly secret?: string;
  /** What was signed, where that is not what came. */
  readonly signed?: string;
  readonly signature?: string | string[] | undefined;
}

function deliver(push: PushAdapter, text: string | Buffer, how: How = {}): Promise<Receipt> {
  const body = Buffer.from(text);
  const { secret = secretOf(CHANNEL), signed = body } = how;
  const signature = `sha1=${createHmac('sha1', secret).update(signed).digest('hex')}`;
  const headers = { 'x-hub-signature': 'signature' in how ? how.signature : signature } as Incoming['headers'];
  const incoming = { method: 'POST', place: CHANNEL, query: new URLSearchParams(), headers, body };
  return push.receive(incoming, async (_topic: Topic) => true);
}

/** As the hub has it: derived from the simulator's key by a rule that must not change, or old subscriptions go deaf. */
function secretOf(channelId: string): string {
  return createHmac('sha256', 'simulated-youtube-key').update(`tallylight websub secret ${channelId}`).digest('hex');
}

function tokenOf(channelId: string): string {
  const text = `tallylight websub callback ${channelId}`;
  return createHmac('sha256', 'simulated-youtube-key').update(text).digest('hex').slice(0, 32);
}

function said(broadcastId: string, says = 'online') {
  return { identifier: CHANNEL, broadcastId, says };
}

/** As the documentation shows it. Source: YouTube Data API, push notifications. */
function feed(...parts: string[]): string {
  return `<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns:at="http://purl.org/atompub/tombstones/1.0" xmlns="http://www.w3.org/2005/Atom">
 <link rel="hub" href="https://pubsubhubbub.appspot.com"/>
 <link rel="self" href="https://www.youtube.com/xml/feeds/videos.xml?channel_id=${CHANNEL}"/>
 <title>YouTube video feed</title><updated>2026-09-26T09:59:59.552394234+00:00</updated>
 ${parts.join('\n ')}</feed>`;
}

interface Entry {
  readonly channel?: string;
  readonly title?: string;
  readonly published?: string;
  readonly updated?: string;
}

function entry(id: string, given: Entry = {}): string {
  const { channel = CHANNEL, title = 'Video title' } = given;
  const { published = '2026-09-26T09:59:50+00:00', updated = '2026-09-26T09:59:59.552394234+00:00' } = given;
  return `<entry><id>yt:video:${id}</id><yt:videoId>${id}</yt:videoId><yt:channelId>${channel}</yt:channelId><title>${title}</title>
  <link rel="alternate" href="http://www.youtube.com/watch?v=${id}"/><author><name>Channel title</name><uri>http://www.youtube.com/channel/${channel}</uri></author>
  <published>${published}</published><updated>${updated}</updated></entry>`;
}

function tombstone(id: string, channel = CHANNEL): string {
  return `<at:deleted-entry ref="yt:video:${id}" when="2026-08-28T13:00:00.000000+00:00">
  <link href="https://www.youtube.com/watch?v=${id}"/>
  <at:by><name>Some Channel</name><uri>https://www.youtube.com/channel/${channel}</uri></at:by></at:deleted-entry>`;
}
