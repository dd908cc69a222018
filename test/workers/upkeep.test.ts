import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { queuePrefix } from '../../src/shared/queues/keys.ts';
import { UPKEEP_QUEUE } from '../../src/shared/queues/names.ts';
import { openUpkeepQueue } from '../../src/workers/upkeep.ts';
import { eventually } from '../support/eventually.ts';
import { startRedis } from '../support/redis.ts';

it('what happened in the queue of upkeep, which nobody reads, stays short', async () => {
  const server = await startRedis();
  const redis = new Redis(server.url, { maxRetriesPerRequest: null });
  const queue = openUpkeepQueue(redis);
  const key = (name: string): string => `${queuePrefix(UPKEEP_QUEUE)}:${UPKEEP_QUEUE}:${name}`;
  // The queue writes how it is to be cut off by itself, some time after it is opened.
  await eventually(async () => expect(await redis.hget(key('meta'), 'opts.maxLenEvents')).toBe('100'));
  await queue.addBulk(Array.from({ length: 600 }, (_, index) => ({ name: 'record', data: { index } })));
  // Two events each; Redis cuts them off in pieces of a hundred.
  expect(await redis.xlen(key('events'))).toBeLessThan(300);
  expect(await queue.getWaitingCount()).toBe(600);
  await queue.close();
  redis.disconnect();
  await server.stop();
});
