import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { pollOffset } from '../../src/shared/domain/pace.ts';
import { KEPT } from '../../src/shared/queues/poll-queues.ts';

export const BARE_QUEUE = 'bare';

/** Schedulers registered at once, as Tallylight does it. */
const WIDTH = 200;

/** One BullMQ job scheduler for each identifier, with nothing of ours around it. */
export async function registerBare(redis: Redis, identifiers: readonly string[], every: number): Promise<void> {
  const queue = new Queue(BARE_QUEUE, { connection: redis });
  const register = (identifier: string) =>
    queue.upsertJobScheduler(
      identifier,
      { every, offset: pollOffset(identifier, every) },
      { name: 'poll', data: { identifier }, opts: KEPT },
    );
  for (let i = 0; i < identifiers.length; i += WIDTH) {
    await Promise.all(identifiers.slice(i, i + WIDTH).map(register));
  }
  await queue.close();
}
