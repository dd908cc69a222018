import { Redis } from 'ioredis';
import type { Platform } from '../../src/shared/domain/platform.ts';
import { openPollQueues } from '../../src/shared/queues/poll-queues.ts';

/** Whose pushes led to looks, once for each look, whether it has been made or not. Other looks come when they like. */
export async function pushLooks(redisUrl: string, platform: Platform): Promise<string[]> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 1 });
  const queues = openPollQueues(redis);
  const jobs = await queues[platform].getJobs(['wait', 'active', 'delayed', 'completed', 'failed']);
  await Promise.all(Object.values(queues).map((queue) => queue.close()));
  redis.disconnect();
  return jobs.filter(({ data }) => data.reason === 'push').map(({ data }) => data.identifier);
}
