import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RedisSigns } from '../../src/shared/domain/back-pressure.ts';
import { createBackPressure } from '../../src/workers/back-pressure.ts';
import { type DeafSubscriber, openDeafSubscriber } from '../support/deaf-subscriber.ts';
import { eventually } from '../support/eventually.ts';
import { type Outbox, openOutbox, promptSigns } from '../support/outbox.ts';

const MIB = 1024 * 1024;
let outbox: Outbox;
let deaf: DeafSubscriber;
let lines: { msg: string; subscriber?: string }[];

beforeEach(async () => {
  outbox = await openOutbox();
  deaf = await openDeafSubscriber(outbox.server.url, outbox.redis, 'shard-7');
  lines = [];
});
afterEach(async () => {
  deaf.leave();
  await outbox.close();
});

const metric = (name: string): Promise<string> => outbox.metrics.registry.getSingleMetricAsString(`tallylight_${name}`);
const logger = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) });

function watch(readSigns: () => Promise<RedisSigns>, now = (): number => Date.now()) {
  const clock = { now: () => new Date(now()) };
  return createBackPressure({ readSigns, clock, metrics: outbox.metrics, logger, signsAgeMs: 0 });
}

it('publishes everything, more slowly, while a subscriber hangs, and shows what held it up', async () => {
  await outbox.flusher().restore();
  await outbox.record(Array.from({ length: 5 }, (_, i) => ({ identifier: `${i}` })));
  await deaf.fallBehind(2 * MIB);
  await outbox.flusher().flush('twitch', []);
  await eventually(() => expect(outbox.heard).toHaveLength(1));
  expect(await metric('publish_waits_total')).toContain('by="subscribers"} 1');
  expect(await metric('subscribers_behind')).toContain('tallylight_subscribers_behind 1');
  expect(await metric('streams_merged_total')).toContain('direction="online"} 5');
});

it('says who is far behind, once, and when it is gone', async () => {
  const { pressure } = watch(promptSigns(outbox.redis));
  expect(await pressure()).toMatchObject({ pauseMs: 0 });
  await deaf.fallBehind(2 * MIB);
  for (let i = 0; i < 3; i += 1) expect(await pressure()).toMatchObject({ cause: 'subscribers' });
  deaf.leave();
  await eventually(async () => expect(await pressure()).toMatchObject({ pauseMs: 0, slow: [] }));
  expect(lines.map(({ msg, subscriber }) => [subscriber, msg])).toEqual([
    ['shard-7', 'a subscriber is far behind; publishing slows down until it has caught up or is cut off'],
    ['shard-7', 'a subscriber has caught up, or is gone'],
  ]);
});

it('gives up on a subscriber that nobody cuts off, and says so once', async () => {
  let now = 0;
  const subscribers = [{ id: '7', name: 'shard-7', address: '10.0.0.7:1', behindBytes: 30 * MIB }];
  const { pressure, holdBack } = watch(
    async () => ({ subscribers, memoryShare: null, answerMs: 1 }),
    () => now,
  );
  expect(await pressure()).toMatchObject({ pauseMs: 1_000 });
  now = 120_000;
  for (let i = 0; i < 2; i += 1) expect(await pressure()).toMatchObject({ pauseMs: 0, slow: [{ waitedFor: false }] });
  await holdBack();
  expect(await metric('publish_waits_total')).not.toContain('by=');
  expect(lines.map(({ msg }) => msg)).toEqual([
    'a subscriber is far behind; publishing slows down until it has caught up or is cut off',
    'a subscriber stays far behind; publishing does not wait for it any more',
  ]);
});

it('holds nothing back when Redis does not say how it is', async () => {
  const { pressure } = watch(() => Promise.reject(new Error('Connection is closed.')));
  expect(await pressure()).toMatchObject({ pauseMs: 0, cause: null });
});
