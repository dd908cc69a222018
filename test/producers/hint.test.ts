import { Worker } from 'bullmq';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { wireTracking } from '../../src/wiring/tracking.ts';
import { createHintedIds } from '../../src/shared/queues/hinted-ids.ts';
import { pollQueueName, queuePrefix } from '../../src/shared/queues/keys.ts';
import { openTestContext, type TestContext } from '../support/context.ts';
import { eventually } from '../support/eventually.ts';
import { followWish } from '../support/wishes.ts';

let context: TestContext;
let tracking: ReturnType<typeof wireTracking>;

beforeAll(async () => {
  context = await openTestContext();
  tracking = wireTracking(context);
});

afterAll(async () => {
  await tracking?.close();
  await context?.close();
});

it('a hint about a key that nobody wants leads to nothing', async () => {
  expect(await tracking.hint([{ platform: 'youtube', identifier: 'UCnobody', broadcastId: 'a' }], 'push')).toBe(0);
  expect(await tracking.queues.youtube.getJobCounts('wait')).toEqual({ wait: 0 });
  expect(await createHintedIds(context.redis, 'youtube').of(['UCnobody'])).toEqual(new Map());
});

it('hints while a look is under way lead to one look after it, since that one may have asked too early', async () => {
  const key = { platform: 'twitch', identifier: '1' } as const;
  await tracking.applyWishes([followWish(key)]);
  await tracking.queues.twitch.obliterate({ force: true });
  await context.redis.zadd('tallylight:{poll-twitch}:due', 0, key.identifier);

  const begun: string[] = [];
  let release: () => void = () => undefined;
  const first = new Promise<void>((resolve) => {
    release = resolve;
  });
  const worker = new Worker(
    pollQueueName('twitch'),
    async (job) => {
      begun.push(`${job.name} ${job.data.reason}`);
      if (begun.length === 1) await first;
    },
    {
      connection: { url: context.redisUrl, maxRetriesPerRequest: null },
      prefix: queuePrefix(pollQueueName('twitch')),
      concurrency: 5,
    },
  );
  try {
    await tracking.hint([key], 'hint');
    await eventually(() => expect(begun).toEqual(['look hint']));
    for (let i = 0; i < 5; i++) expect(await tracking.hint([key], 'push')).toBe(1);
    expect(begun).toHaveLength(1);
    release();
    await eventually(() => expect(begun).toEqual(['look hint', 'look push']));
    await eventually(async () =>
      expect(await tracking.queues.twitch.getJobCounts('wait', 'active')).toEqual({ wait: 0, active: 0 }),
    );
    expect(begun).toHaveLength(2);
  } finally {
    await worker.close();
  }
});

it('keeps the newest broadcasts that were named, for a while', async () => {
  const hinted = createHintedIds(context.redis, 'youtube');
  for (let i = 0; i < 30; i++) await hinted.add([{ identifier: 'UCa', id: `video${i}` }], new Date(i));
  const ids = (await hinted.of(['UCa', 'UCb'])).get('UCa');
  expect(ids).toHaveLength(20);
  expect(ids?.at(-1)).toBe('video29');
  expect(await context.redis.pttl('tallylight:{poll-youtube}:hinted:UCa')).toBeGreaterThan(60_000);
});

it('forgets what a look found at once, what it did not find after a while, and never what was named meanwhile', async () => {
  const hinted = createHintedIds(context.redis, 'youtube');
  const began = new Date('2026-09-26T10:00:00Z');
  const before = (seconds: number) => new Date(began.getTime() - seconds * 1_000);
  const named = async () => (await hinted.of(['UCc', 'UCd'])).get('UCc') ?? [];
  await hinted.add([{ identifier: 'UCc', id: 'longAgo' }], before(91));
  await hinted.add([{ identifier: 'UCc', id: 'missing' }], before(89));
  await hinted.add([{ identifier: 'UCc', id: 'found' }], before(1));
  await hinted.add([{ identifier: 'UCc', id: 'again' }], before(-1));
  const asked = ['longAgo', 'missing', 'found', 'again'].map((id) => ({
    ...{ identifier: 'UCc', id },
    found: id === 'found' || id === 'again',
  }));
  await hinted.asked([...asked, { identifier: 'UCd', id: 'nothing', found: true }], began);
  expect(await named()).toEqual(['missing', 'again']);
  await hinted.add([{ identifier: 'UCc', id: 'newer' }], new Date(began.getTime() + 15 * 60_000));
  expect(await named()).toEqual(['again', 'newer']);
});
