import { type Job, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Platform } from '../shared/domain/platform.ts';
import { pollQueueName, queuePrefix } from '../shared/queues/keys.ts';
import { foundBy, type PollJob, type PollResult, pollJob } from '../shared/queues/poll-queues.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { Metrics } from '../shared/runtime/metrics.ts';
import type { Service } from '../shared/runtime/service.ts';
import type { LookStop } from './look-stop.ts';
import type { SharedLook } from './shared-look.ts';

export interface PollWorkerParts {
  readonly platform: Platform;
  readonly connection: Redis;
  readonly sharedLook: SharedLook;
  /** Told what a look saw that a push had asked for. */
  readonly lookAgain: (platform: Platform, job: PollJob, saw: PollResult) => Promise<void>;
  /** Called after each finished poll: the watchdog's sign of progress. */
  readonly onProgress: () => void;
  readonly lookStop: Pick<LookStop, 'giveUp' | 'renew'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Polls of one platform in hand at once: measured, more gains nothing and fewer cost throughput. */
export const POLL_CONCURRENCY = 250;

/** How long a stop waits for the looks under way before it gives them up. */
const FINISH_MS = 5_000;

/** Takes the poll jobs of one platform. The next slot is the retry of a failed poll, so a job has one attempt. */
export function createPollWorker(parts: PollWorkerParts): Service {
  const name = pollQueueName(parts.platform);
  let worker: Worker<PollJob, PollResult> | undefined;
  return {
    name,
    async start() {
      if (worker) return;
      parts.lookStop.renew();
      worker = new Worker(name, (job) => poll(parts, job), {
        connection: parts.connection,
        prefix: queuePrefix(name),
        concurrency: POLL_CONCURRENCY,
      });
      worker.on('error', (error) => parts.logger.debug({ err: error, queue: name }, 'poll worker error'));
      worker.on('failed', () => parts.metrics.failures.inc({ queue: name }));
      await worker.waitUntilReady();
    },
    async stop() {
      const closing = worker;
      worker = undefined;
      const timer = setTimeout(parts.lookStop.giveUp, FINISH_MS);
      await closing?.close().finally(() => clearTimeout(timer));
    },
  };
}

async function poll(parts: PollWorkerParts, job: Job<PollJob, PollResult>): Promise<PollResult> {
  const { platform, clock, metrics } = parts;
  const read = pollJob.safeParse(job.data);
  if (!read.success) throw new UnrecoverableError(`poll job without an identifier: ${read.error.issues[0]?.message}`);
  const slot = slotOf(job);
  metrics.lateness.observe({ platform }, Math.max(0, clock.now().getTime() - slot) / 1_000);
  const wanted = { identifier: read.data.identifier, slot, forced: job.name === 'look', foundBy: foundBy(read.data) };
  const result = await parts.sharedLook(wanted).catch(async (error: unknown) => {
    await parts.lookAgain(platform, read.data, 'unknown');
    throw error;
  });
  await parts.lookAgain(platform, read.data, result);
  metrics.polls.inc({ platform, result });
  parts.onProgress();
  return result;
}

/**
 * The instant (ms) for which a job was planned. BullMQ makes the job of a slot when the one before it starts, with the
 * time until the slot as its delay; `job.delay` itself is gone by the time it runs.
 */
export function slotOf({ timestamp, opts }: Pick<Job, 'timestamp' | 'opts'>): number {
  return timestamp + (opts.delay ?? 0);
}
