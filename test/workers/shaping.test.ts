import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createChangeQueue } from '../../src/producers/change-queue.ts';
import { type ChangeQueue, openChangeQueue } from '../../src/shared/queues/change-queue.ts';
import type { QueuedChange } from '../../src/shared/store/change-store.ts';
import { createFlushWorker } from '../../src/workers/flush.ts';
import { createFlushPace } from '../../src/workers/flush-pace.ts';
import { eventually } from '../support/eventually.ts';
import { type ChangeSpec, type Outbox, openOutbox, silentLogger } from '../support/outbox.ts';

const WAITING = 2_000;
/** As slow as a storm, in small events: half of the queue takes twenty seconds, so that a slow machine is no reason to be late. */
const RATE = 2;
const MOST = 25;

let outbox: Outbox;
let connection: Redis;
let queue: ChangeQueue;
let stops: (() => Promise<void>)[];

beforeEach(async () => {
  outbox = await openOutbox({ maxStreams: MOST });
  connection = new Redis(outbox.server.url, { maxRetriesPerRequest: null });
  queue = openChangeQueue(connection);
  stops = [];
});
afterEach(async () => {
  for (const stop of stops) await stop();
  await queue.close();
  connection.disconnect();
  await outbox.close();
});

async function startFlushing(): Promise<void> {
  const { changes, backPressure, metrics, redis } = outbox;
  const pace = createFlushPace({ redis, urgentIntervalMs: () => 50, publishRate: () => RATE });
  const { flush } = outbox.flusher({ pace });
  const service = createFlushWorker({
    ...{ connection, changes, pace, backPressure, flush, metrics, logger: silentLogger, finishMs: 100 },
  });
  stops.push(() => service.stop());
  await service.start();
}

async function change(specs: readonly ChangeSpec[]): Promise<void> {
  const rows = (await outbox.record(specs)) as unknown as QueuedChange[];
  await createChangeQueue({ queue }).queueChanges(rows);
}

const normal = { lane: 'normal', direction: 'offline' } as const;
const others = Array.from({ length: WAITING }, (_, i) => ({ ...normal, identifier: `n${i}` }));
const told = (): string[] => outbox.heard.flatMap(({ Streams }) => Streams.map(({ VideoId }) => VideoId));

describe.each([1, 2])('with %i processes that flush while 2,000 normal changes leave', (processes) => {
  beforeEach(async () => {
    await change(others);
    for (let i = 0; i < processes; i += 1) await startFlushing();
    await eventually(() => expect(outbox.heard.length).toBeGreaterThan(0));
  });

  it('an urgent change overtakes those of other keys', async () => {
    await change([{ identifier: 'u' }]);
    await eventually(() => expect(told()).toContain('u'));
    expect(told().length).toBeLessThan(WAITING / 2);
  });

  it('an urgent change of another platform does not stand behind them', async () => {
    await change([{ platform: 'youtube', identifier: 'y' }]);
    await eventually(() => expect(told()).toContain('y'));
    expect(told().length).toBeLessThan(WAITING / 2);
  });

  it('an urgent change takes along an earlier one of its own key, in their order', async () => {
    const last = `n${WAITING - 1}`;
    await change([{ identifier: last, broadcastId: 'next' }]);
    await eventually(() => expect(told()).toContain('next'));
    expect(told().filter((id) => id === last || id === 'next')).toEqual([last, 'next']);
    expect(told().length).toBeLessThan(WAITING / 2);
  });
});

it('loses nothing of it, and puts as much into an event as goes in', async () => {
  const waiting = 4 * MOST + 10;
  await change([...others.slice(0, waiting), { identifier: 'n0', broadcastId: 'next' }]);
  await startFlushing();
  await eventually(() => expect(told()).toHaveLength(waiting + 1));
  expect(new Set(told()).size).toBe(waiting + 1);
  expect(outbox.heard).toHaveLength(6);
  const waits = await outbox.metrics.registry.getSingleMetricAsString('tallylight_publish_waits_total');
  expect(waits).toContain('by="rate"');
});
