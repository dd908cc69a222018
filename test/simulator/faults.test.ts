import { beforeEach, expect, test } from 'vitest';
import type { FaultKind } from '../../simulator/faults.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { PLATFORMS, type Platform } from '../../src/shared/domain/platform.ts';
import { eventually } from '../support/eventually.ts';
import { feed, helix, openSimulator, type Reply, twitcasting, x, youtube } from './opened.ts';

let simulator: Simulator;
let channelId: string;

beforeEach(async () => {
  simulator = await openSimulator({ limits: { twitter: { perSecond: 1_000 } } });
  for (const platform of PLATFORMS) {
    const { identifier } = simulator.world.addStreamer({ platform, identifier: IDENTIFIERS[platform] });
    simulator.world.goLive(platform, identifier);
  }
  channelId = IDENTIFIERS.youtube;
});

const IDENTIFIERS: Record<Platform, string> = {
  youtube: 'UC81tUN0Ljo_kr7CYSgcNPXQ',
  twitch: '101051819',
  twitter: '2244994945',
  twitcasting: 'twitcasting_jp',
};

/** The endpoint of each platform that a poll asks. */
const ENDPOINTS: Record<Platform, string> = {
  youtube: 'channels',
  twitch: 'streams',
  twitter: 'spaces-by-creators',
  twitcasting: 'users',
};

function look(platform: Platform): Promise<Reply> {
  if (platform === 'youtube') return youtube(simulator, `channels?part=id&id=${channelId}`);
  if (platform === 'twitch') return helix(simulator, `streams?user_id=${IDENTIFIERS.twitch}`);
  if (platform === 'twitter') return x(simulator, `spaces/by/creator_ids?user_ids=${IDENTIFIERS.twitter}`);
  return twitcasting(simulator, `users/${IDENTIFIERS.twitcasting}`);
}

/** Once, at the endpoint that a poll asks: the token of Twitch is left alone. */
function strike(platform: Platform, kind: FaultKind, more: object = {}): void {
  simulator.faults.add({ platform, kind, endpoint: ENDPOINTS[platform], times: 1, ...more });
}

const STATUS: Partial<Record<FaultKind, Record<Platform, number>>> = {
  unauthorized: { youtube: 400, twitch: 401, twitter: 401, twitcasting: 401 },
  forbidden: { youtube: 403, twitch: 403, twitter: 403, twitcasting: 403 },
  'not-found': { youtube: 404, twitch: 404, twitter: 404, twitcasting: 404 },
  'html-not-found': { youtube: 404, twitch: 404, twitter: 404, twitcasting: 404 },
  'rate-limited': { youtube: 403, twitch: 429, twitter: 429, twitcasting: 403 },
  'bare-rate-limited': { youtube: 429, twitch: 429, twitter: 429, twitcasting: 403 },
  quota: { youtube: 403, twitch: 429, twitter: 429, twitcasting: 403 },
  'bad-request': { youtube: 400, twitch: 400, twitter: 400, twitcasting: 400 },
  'server-error': { youtube: 500, twitch: 500, twitter: 500, twitcasting: 500 },
  unavailable: { youtube: 503, twitch: 503, twitter: 503, twitcasting: 503 },
};

const STATUS_CASES = Object.entries(STATUS).flatMap(([kind, statuses]) =>
  PLATFORMS.map((platform) => [kind as FaultKind, platform, statuses[platform]] as const),
);

test.each(STATUS_CASES)('%s on %s is a %i, once', async (kind, platform, status) => {
  strike(platform, kind);
  const struck = await look(platform);
  expect(struck.status).toBe(status);
  expect(struck.json === undefined).toBe(kind === 'html-not-found');
  expect((await look(platform)).status).toBe(200);
});

test('refusals are worded as each platform words them', async () => {
  strike('youtube', 'quota');
  expect((await look('youtube')).json).toMatchObject({ error: { errors: [{ reason: 'quotaExceeded' }] } });
  strike('twitter', 'quota');
  const capped = await look('twitter');
  expect(capped.json).toMatchObject({ title: 'UsageCapExceeded', type: expect.stringContaining('usage-capped') });
  expect(capped.headers.get('x-rate-limit-remaining')).toBe('299');
  strike('twitter', 'credits');
  expect(await look('twitter')).toMatchObject({ status: 402, json: { title: 'CreditsDepleted' } });
  strike('twitcasting', 'rate-limited');
  expect((await look('twitcasting')).json).toMatchObject({ error: { code: 2000 } });
});

test.each([
  ['twitch', 'ratelimit-reset'],
  ['twitter', 'x-rate-limit-reset'],
  ['twitcasting', 'x-ratelimit-reset'],
] as const)('a rate limit of %s says in %s when it ends, a bare one says nothing', async (platform, header) => {
  const soon = Math.floor(Date.now() / 1_000) + 60;
  strike(platform, 'rate-limited', { retryAfterSeconds: 60 });
  expect(Number((await look(platform)).headers.get(header))).toBeGreaterThanOrEqual(soon);
  strike(platform, 'bare-rate-limited');
  expect((await look(platform)).headers.get(header)).toBeNull();
});

test.each(PLATFORMS)('broken answers of %s break as asked', async (platform) => {
  const whole = (await look(platform)).text;
  strike(platform, 'garbage');
  expect(await look(platform)).toMatchObject({ status: 200, json: undefined });
  strike(platform, 'no-body');
  expect(await look(platform)).toMatchObject({ status: 200, text: '' });
  strike(platform, 'half');
  expect(whole.startsWith((await look(platform)).text)).toBe(true);
  strike(platform, 'truncated');
  await expect(look(platform)).rejects.toThrow('terminated');
  strike(platform, 'huge', { bytes: 3_000_000 });
  expect((await look(platform)).text.length).toBeGreaterThanOrEqual(3_000_000);
  strike(platform, 'down');
  await expect(look(platform)).rejects.toThrow('fetch failed');
  strike(platform, 'slow', { delayMs: 20 });
  expect((await look(platform)).status).toBe(200);
  strike(platform, 'late', { delayMs: 20 });
  expect((await look(platform)).status).toBe(200);
});

test('an empty answer is well-formed and says nothing, though somebody is live', async () => {
  for (const platform of PLATFORMS) strike(platform, 'empty');
  expect((await look('youtube')).json).not.toHaveProperty('items');
  expect((await look('twitch')).json).toEqual({ data: [], pagination: {} });
  expect((await look('twitter')).json).toEqual({ meta: { result_count: 0 } });
  expect((await look('twitcasting')).json).toEqual({});
});

test('a time-out never answers', async () => {
  strike('twitcasting', 'timeout');
  const patience = new AbortController();
  const url = `${simulator.url}/twitcasting/users/a`;
  const hanging = expect(fetch(url, { signal: patience.signal })).rejects.toThrow('aborted');
  await eventually(() =>
    expect(simulator.requests.recent('twitcasting')).toMatchObject([{ status: null, fault: 'timeout' }]),
  );
  patience.abort();
  await hanging;
});

test.each([
  ['not-found', 404],
  ['html-not-found', 404],
  ['server-error', 500],
  ['rate-limited', 429],
] as const)('a sick feed host answers %s with a page, whatever the channel', async (kind, status) => {
  simulator.faults.add({ platform: 'youtube', endpoint: 'feed', kind, retryAfterSeconds: 120 });
  const page = await feed(simulator, channelId);
  expect(page.status).toBe(status);
  expect(page.headers.get('content-type')).toContain('text/html');
  expect((await look('youtube')).status).toBe(200);
  simulator.faults.clear('youtube');
  expect((await feed(simulator, channelId)).status).toBe(200);
});

test('a platform that is down is down at every endpoint, and the others are not', async () => {
  simulator.faults.add({ platform: 'youtube', kind: 'down' });
  await expect(look('youtube')).rejects.toThrow('fetch failed');
  await expect(feed(simulator, channelId)).rejects.toThrow('fetch failed');
  expect((await look('twitcasting')).status).toBe(200);
});

test('a fault with a rate hits about so many, the same ones for the same seed', async () => {
  const hits = async (): Promise<boolean[]> => {
    simulator = await openSimulator({ seed: 'rate' });
    simulator.faults.add({ platform: 'twitcasting', kind: 'server-error', rate: 0.5 });
    const replies: Reply[] = [];
    for (let n = 0; n < 40; n += 1) replies.push(await look('twitcasting'));
    return replies.map((reply) => reply.status === 500);
  };
  const first = await hits();
  expect(first.filter(Boolean).length).toBeGreaterThan(8);
  expect(first.filter(Boolean).length).toBeLessThan(32);
  expect(await hits()).toEqual(first);
});
