import type { Queue } from 'bullmq';

/** How many jobs of a queue are in which state. Failed ones stay until somebody retries or removes them. */
export interface QueueDepth {
  readonly queue: string;
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
}

export function readDepths(queues: readonly Queue[]): Promise<QueueDepth[]> {
  return Promise.all(queues.map(readDepth));
}

async function readDepth(queue: Queue): Promise<QueueDepth> {
  const counts = await queue.getJobCounts('wait', 'prioritized', 'active', 'delayed', 'failed');
  const count = (state: string): number => counts[state] ?? 0;
  return {
    queue: queue.name,
    waiting: count('wait') + count('prioritized'),
    active: count('active'),
    delayed: count('delayed'),
    failed: count('failed'),
  };
}
