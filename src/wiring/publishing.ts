import type { Context } from '../context.ts';
import { createChangeQueue } from '../producers/change-queue.ts';
import { createPublisher } from '../shared/pubsub/publisher.ts';
import { openChangeQueue } from '../shared/queues/change-queue.ts';
import { createChangeStore } from '../shared/store/change-store.ts';
import { createLogStore } from '../shared/store/log-store.ts';
import { readPublished } from '../shared/store/published-store.ts';
import { createReadRedisSigns } from '../shared/pubsub/redis-signs.ts';
import { createBackPressure } from '../workers/back-pressure.ts';
import { createFlushPace } from '../workers/flush-pace.ts';
import { createPlatformFlush } from '../workers/flush-platform.ts';
import { createReplay } from '../workers/replay.ts';

/** Everything between a recorded change and its event. */
export function wirePublishing({ config, database, redis, metrics, clock, logger }: Context) {
  const queue = openChangeQueue(redis);
  const changes = createChangeStore(database);
  const pace = createFlushPace({
    redis,
    urgentIntervalMs: () => config.URGENT_INTERVAL,
    publishRate: () => config.PUBLISH_RATE,
  });
  const log = createLogStore(database);
  const publisher = createPublisher(redis);
  const backPressure = createBackPressure({ readSigns: createReadRedisSigns(redis, logger), clock, metrics, logger });
  const platformFlush = createPlatformFlush({
    ...{ database, changes, log, publisher, pace, backPressure, clock, metrics, config },
  });
  return {
    changes,
    pace,
    backPressure,
    platformFlush,
    replay: createReplay({
      ...{ publisher, pace, backPressure },
      readPublished: (span) => readPublished(database, span),
      publishRate: () => config.PUBLISH_RATE,
    }),
    entrance: createChangeQueue({ queue, clock }),
    close: () => queue.close(),
  };
}

export type Publishing = ReturnType<typeof wirePublishing>;
