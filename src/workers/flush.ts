import { type Job, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { type PerPlatform, perPlatform } from '../shared/domain/platform.ts';
import { type ChangeJob, type ChangeResult, changeBackoff, changeJob } from '../shared/queues/change-queue.ts';
import { queuePrefix } from '../shared/queues/keys.ts';
import { CHANGE_QUEUE } from '../shared/queues/names.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { Metrics } from '../shared/runtime/metrics.ts';
import type { Service } from '../shared/runtime/service.ts';
import type { ChangeStore } from '../shared/store/change-store.ts';
import type { BackPressure } from './back-pressure.ts';
import { createGather, type Gather, HandedBack } from './flush-gather.ts';
import { type FlushPace, untilGo } from './flush-pace.ts';
import type { PlatformFlush } from './flush-platform.ts';

/** Jobs that wait together for a flush; the flush itself takes whatever is due in the table. */
const CONCURRENCY = 500;

/** How long a stop waits for what is in hand before it gives it back: less than the 10 s that a process has to end. */
const FINISH_MS = 8_000;

export interface FlushWorkerParts {
  /** A connection that waits for ever, as workers want. */
  readonly connection: Redis;
  readonly changes: Pick<ChangeStore, 'settled'>;
  readonly pace: Pick<FlushPace, 'slot'>;
  readonly backPressure: Pick<BackPressure, 'holdBack'>;
  readonly flush: PlatformFlush['flush'];
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly finishMs?: number;
}

/** Takes the jobs of the batching queue: each is done when its change is published, or is not to be published any more. */
export function createFlushWorker(parts: FlushWorkerParts): Service {
  const stopping = new AbortController();
  const gaveUp = new AbortController();
  const gathers = gathersOf(parts, { stopping: stopping.signal, gaveUp: gaveUp.signal });
  const worker = new Worker<ChangeJob, ChangeResult>(CHANGE_QUEUE, (job, token) => settle(gathers, job, token), {
    connection: parts.connection,
    prefix: queuePrefix(CHANGE_QUEUE),
    concurrency: CONCURRENCY,
    autorun: false,
    // A killed process is no fault of its jobs.
    maxStalledCount: 1_000,
    settings: { backoffStrategy: changeBackoff },
  });
  report(worker, parts);
  const giveUp = (): void => {
    gaveUp.abort();
    for (const gather of Object.values(gathers)) gather.handBack();
  };
  return {
    name: 'flush',
    async start() {
      if (!worker.isRunning()) {
        worker.run().catch((error: unknown) => parts.logger.error({ err: error }, 'flush worker ended'));
      }
      await worker.waitUntilReady();
    },
    async stop() {
      stopping.abort();
      const timer = setTimeout(giveUp, parts.finishMs ?? FINISH_MS);
      await worker.close().finally(() => clearTimeout(timer));
    },
  };
}

type Gathers = PerPlatform<Gather<ChangeResult>>;

interface Ending {
  /** Nobody waits for a slot any more. */
  readonly stopping: AbortSignal;
  /** What is left stays for another process. */
  readonly gaveUp: AbortSignal;
}

function gathersOf(parts: FlushWorkerParts, { stopping, gaveUp }: Ending): Gathers {
  const { changes, pace, backPressure, flush } = parts;
  return perPlatform((platform) =>
    createGather<ChangeResult>({
      settled: changes.settled,
      async nextSlot() {
        await untilGo(() => pace.slot(platform), stopping);
        // Held back before anything is formed, what comes meanwhile travels with it.
        await backPressure.holdBack(stopping);
      },
      flush: (ids, afterPass) => flush(platform, ids, { signal: gaveUp, afterPass }),
    }),
  );
}

async function settle(gathers: Gathers, job: Job<ChangeJob, ChangeResult>, token?: string): Promise<ChangeResult> {
  const data = changeJob.safeParse(job.data);
  if (!data.success) throw new UnrecoverableError(`not a job for a change: ${data.error.issues[0]?.message}`);
  try {
    return await gathers[data.data.platform].settle(BigInt(data.data.id));
  } catch (error) {
    if (!(error instanceof HandedBack)) throw error;
    await job.moveToWait(token);
    throw new WaitingError();
  }
}

function report(worker: Worker<ChangeJob, ChangeResult>, { metrics, logger }: FlushWorkerParts): void {
  // The connection tells of its own losses, once for each outage.
  worker.on('error', (error) => logger.debug({ err: error }, 'flush worker error'));
  worker.on('failed', (job, error) => {
    const final = !job || job.attemptsMade >= (job.opts.attempts ?? 1) || error instanceof UnrecoverableError;
    (final ? metrics.failures : metrics.retries).inc({ queue: CHANGE_QUEUE });
    const fields = { err: error, job: job?.id, change: job?.data?.id, attempts: job?.attemptsMade };
    if (final) logger.error(fields, 'a change could not be published; retry its job');
    else logger.warn(fields, 'a change could not be published; it is tried again');
  });
}
