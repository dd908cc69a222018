// Flushes again and again until it is killed. Arguments: the database's URL, the Redis' URL.
import { Redis } from 'ioredis';
import { createPublisher } from '../../dist/src/shared/pubsub/publisher.js';
import { systemClock } from '../../dist/src/shared/runtime/clock.js';
import { openDatabase } from '../../dist/src/shared/runtime/database.js';
import { createMetrics } from '../../dist/src/shared/runtime/metrics.js';
import { createChangeStore } from '../../dist/src/shared/store/change-store.js';
import { createLogStore } from '../../dist/src/shared/store/log-store.js';
import { CALM } from '../../dist/src/shared/domain/back-pressure.js';
import { createFlushPace } from '../../dist/src/workers/flush-pace.js';
import { createPlatformFlush } from '../../dist/src/workers/flush-platform.js';

const [, , databaseUrl, redisUrl] = process.argv;
const database = openDatabase(databaseUrl);
const redis = new Redis(redisUrl);
const { flush } = createPlatformFlush({
  database,
  changes: createChangeStore(database),
  log: createLogStore(database),
  publisher: createPublisher(redis),
  pace: createFlushPace({ redis, urgentIntervalMs: () => 1, publishRate: () => 10_000 }),
  backPressure: { pressure: async () => CALM, holdBack: async () => undefined },
  clock: systemClock,
  metrics: createMetrics(),
  config: { BATCH_MAX_STREAMS: 2, ANNOUNCE_MAX_AGE: 3_600_000 },
});
process.on('disconnect', () => process.exit());
process.send('flushing');
// On a busy machine Postgres may take too long to let it in; then it tries again, as a worker does.
for (;;) await flush('twitch', []).catch(() => undefined);
