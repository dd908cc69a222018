// Requests recordings once, and kills itself where it is told to. Arguments: the database's URL, the Redis' URL, the step.
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { createRecorder } from '../../dist/src/shared/pubsub/recorder.js';
import { systemClock } from '../../dist/src/shared/runtime/clock.js';
import { openDatabase } from '../../dist/src/shared/runtime/database.js';
import { createMetrics } from '../../dist/src/shared/runtime/metrics.js';
import { createRecordingStore } from '../../dist/src/shared/store/recording-store.js';
import { createRequestRecordings } from '../../dist/src/workers/request-recordings.js';

const [, , databaseUrl, redisUrl, step] = process.argv;

/** Does it, and is gone before anybody hears of it. */
const lastly =
  (act) =>
  async (...given) => {
    await act(...given);
    process.kill(process.pid, 'SIGKILL');
    await new Promise(() => undefined);
  };

const recordings = createRecordingStore(openDatabase(databaseUrl));
const askRecorder = createRecorder(new Redis(redisUrl));
await createRequestRecordings({
  recordings: {
    ...recordings,
    ...(step === 'claimed' && { save: lastly(recordings.save) }),
    ...(step === 'settled' && { settle: lastly(recordings.settle) }),
  },
  askRecorder: step === 'published' ? lastly(askRecorder) : askRecorder,
  leadMs: 60_000,
  clock: systemClock,
  metrics: createMetrics(),
  logger: pino({ level: 'silent' }),
})();
process.exit(1); // it should have killed itself
