import type { PlatformAdapter } from '../../src/shared/platforms/adapter.ts';
import { pollQueueName, queuePrefix } from '../../src/shared/queues/keys.ts';
import { createMetrics, type Metrics } from '../../src/shared/runtime/metrics.ts';
import { openWaiting } from '../../src/shared/runtime/redis.ts';
import type { Service } from '../../src/shared/runtime/service.ts';
import { wirePolling } from '../../src/wiring/polling.ts';
import { wirePublishing } from '../../src/wiring/publishing.ts';
import { wireTracking } from '../../src/wiring/tracking.ts';
import { openContext } from '../sides/context.ts';
import { serve } from './duty.ts';
import { createLateness, createUsage, type PollingDuties, type PollingPlace, readLateness } from './tally.ts';

// A process of role `poll`, wired as the product wires it, on a platform that answers at once.

const metrics: Metrics = { ...createMetrics(), lateness: createLateness() };
const usage = createUsage();
let worker: Service | undefined;
let requestsAt: number[] = [];

const duties: PollingDuties = {
  async open(place: PollingPlace) {
    const context = { ...openContext(place), metrics };
    const parts = { tracking: wireTracking(context), publishing: wirePublishing(context) };
    const connection = openWaiting(
      place.redisUrl,
      queuePrefix(pollQueueName(instantPlatform.platform)),
      context.logger,
    );
    worker = wirePolling({ ...parts, context, adapter: instantPlatform, connection }).worker;
  },
  async work() {
    await worker?.start();
  },
  async rest() {
    await worker?.stop();
  },
  begin() {
    for (const metric of [metrics.polls, metrics.looks, metrics.lateness]) metric.reset();
    requestsAt = [];
    usage.begin();
  },
  async read() {
    const polls = (await metrics.polls.get()).values;
    const looks = (await metrics.looks.get()).values;
    return {
      ...usage.read(),
      polls: total(polls),
      fresh: total(polls.filter(({ labels }) => labels.result === 'fresh')),
      looks: total(looks),
      requestsAt: Float64Array.from(requestsAt),
      lateness: await readLateness(metrics.lateness),
    };
  },
};

/** Nobody is live, and it takes no time to say so. */
const instantPlatform: PlatformAdapter = {
  platform: 'twitch',
  batchSize: 100,
  async observe(targets) {
    requestsAt.push(Date.now());
    return new Map(targets.map(({ identifier }) => [identifier, { kind: 'seen', broadcasts: [] }]));
  },
  resolve: () => Promise.resolve(new Map()),
};

function total(values: readonly { readonly value: number }[]): number {
  return values.reduce((all, { value }) => all + value, 0);
}

serve(duties);
