import { type Job, Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { RedisConnection } from '../shared/redis/open-connection.ts';
import { queuePrefix } from '../shared/queues/keys.ts';
import { UPKEEP_QUEUE } from '../shared/queues/names.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { Metrics } from '../shared/runtime/metrics.ts';
import type { Service } from '../shared/runtime/service.ts';

/** What happens once per period in the whole cluster, however many processes run. */
export interface UpkeepPeriod {
  readonly name: string;
  readonly everyMs: number;
}

/** What is done then, by name. What it returns is shown in the board. */
export type UpkeepTasks = Readonly<Record<string, () => Promise<unknown>>>;

const KEPT = { removeOnComplete: { count: 50 }, removeOnFail: { count: 50 } };

/** What is done more often than this (ms) is not kept: it would push everything else out of sight. */
const WORTH_KEEPING_MS = 10_000;

/** Upserts the schedules of upkeep. @returns the names of those that did not exist */
export function createUpkeepSchedules(queue: Queue) {
  return {
    async missing(tasks: readonly UpkeepPeriod[]): Promise<string[]> {
      const found = await Promise.all(tasks.map((task) => queue.getJobScheduler(task.name)));
      return tasks.filter((task, i) => found[i]?.every !== task.everyMs).map((task) => task.name);
    },
    async ensure(tasks: readonly UpkeepPeriod[]): Promise<void> {
      for (const { name, everyMs } of tasks) {
        const opts = everyMs < WORTH_KEEPING_MS ? { ...KEPT, removeOnComplete: true } : KEPT;
        await queue.upsertJobScheduler(name, { every: everyMs }, { name, data: {}, opts });
      }
    },
    /** Asks for a task before its time. One that is at work may have begun too early to see why: it runs once more. */
    async runSoon(name: string): Promise<void> {
      await queue.add(name, {}, { ...KEPT, deduplication: { id: name, keepLastIfActive: true } });
    },
  };
}

export type UpkeepSchedules = ReturnType<typeof createUpkeepSchedules>;

export function openUpkeepQueue(connection: RedisConnection): Queue {
  const queue = new Queue(UPKEEP_QUEUE, {
    connection,
    prefix: queuePrefix(UPKEEP_QUEUE),
    // The events stream of a queue is read by nobody here; at its default length it grows for hours.
    streams: { events: { maxLen: 100 } },
  });
  // The connection tells of its own losses, once; a queue would repeat each of them.
  queue.on('error', () => undefined);
  return queue;
}

export interface UpkeepWorkerParts {
  readonly connection: Redis;
  readonly tasks: UpkeepTasks;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'failures'>;
}

/** Runs upkeep tasks as their jobs come. A failed one is shown in the board and runs again at its next time. */
export function createUpkeepWorker({ connection, tasks, logger, metrics }: UpkeepWorkerParts): Service {
  const names = Object.keys(tasks);
  let worker: Worker | undefined;

  async function run(job: Job): Promise<unknown> {
    const task = Object.hasOwn(tasks, job.name) ? tasks[job.name] : undefined;
    if (!task) throw new Error(`upkeep job ${job.name}: expected one of ${names.join(', ')}`);
    return task();
  }

  return {
    name: UPKEEP_QUEUE,
    async start() {
      if (worker) return;
      worker = new Worker(UPKEEP_QUEUE, run, {
        connection,
        prefix: queuePrefix(UPKEEP_QUEUE),
        concurrency: names.length,
      });
      worker.on('error', (error) => logger.debug({ err: error }, 'upkeep worker error'));
      worker.on('failed', (job, error) => {
        metrics.failures.inc({ queue: UPKEEP_QUEUE });
        logger.warn({ task: job?.name, err: error }, 'upkeep failed');
      });
      await worker.waitUntilReady();
    },
    async stop() {
      const closing = worker;
      worker = undefined;
      await closing?.close();
    },
  };
}
