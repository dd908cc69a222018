import { Redis } from 'ioredis';
import { expect } from 'vitest';
import type { StreamKey } from '../../src/shared/domain/stream-key.ts';
import { openPollQueues } from '../../src/shared/queues/poll-queues.ts';
import { eventually } from './eventually.ts';

/** Resolves when the one look is over that follows the beginning of a key's pushes: from then on only pushes tell of it. */
export async function caughtUp(redisUrl: string, { platform, identifier }: StreamKey): Promise<void> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 1 });
  const queues = openPollQueues(redis);
  try {
    await eventually(async () => {
      const done = await queues[platform].getJobs(['completed']);
      expect(done.some(({ data }) => data.reason === 'pushed' && data.identifier === identifier)).toBe(true);
    });
  } finally {
    await Promise.all(Object.values(queues).map((queue) => queue.close()));
    redis.disconnect();
  }
}
