import { Queue } from 'bullmq';
import { z } from 'zod';
import { PLATFORMS } from '../domain/platform.ts';
import { queuePrefix } from './keys.ts';
import { CHANGE_QUEUE } from './names.ts';
import type { RedisConnection } from '../redis/open-connection.ts';

/** A change that waits in the table; the job is what wakes the flush, and what people see and retry. */
export const changeJob = z.object({
  /** A decimal number: larger than JSON's can be, and never larger than the table's. */
  id: z.string().refine((id) => /^[1-9]\d{0,18}$/.test(id) && BigInt(id) < 2n ** 63n, 'expected the id of a change'),
  platform: z.enum(PLATFORMS),
  lane: z.enum(['urgent', 'normal']),
});

export type ChangeJob = z.infer<typeof changeJob>;

/** How the change of a job ended: shown as its return value in the board. */
export type ChangeResult = 'published' | 'suppressed' | 'gone';

export type ChangeQueue = Queue<ChangeJob, ChangeResult>;

export const changeJobId = (id: bigint): string => `change-${id}`;

export function openChangeQueue(connection: RedisConnection): ChangeQueue {
  const queue: ChangeQueue = new Queue(CHANGE_QUEUE, {
    connection,
    prefix: queuePrefix(CHANGE_QUEUE),
    streams: { events: { maxLen: 100 } },
    defaultJobOptions: {
      attempts: 10,
      backoff: { type: 'custom' },
      removeOnComplete: { count: 1_000 },
      removeOnFail: false,
    },
  });
  // The connection tells of its own losses, once; a queue would repeat each of them.
  queue.on('error', () => undefined);
  return queue;
}

/** Milliseconds until a job that failed `attempts` times runs again: doubled each time, a minute at most. */
export function changeBackoff(attempts: number): number {
  return Math.min(1_000 * 2 ** (attempts - 1), 60_000);
}
