import { Redis } from 'ioredis';
import { expect } from 'vitest';
import type { StreamKey } from '../../src/shared/domain/stream-key.ts';
import { dueKey, inFlightKey } from '../../src/shared/queues/keys.ts';
import { eventually } from './eventually.ts';

/** Resolves when nobody looks at a key any more: no look can begin, and those that had begun are over. */
export async function leftAlone(redisUrl: string, { platform, identifier }: StreamKey): Promise<void> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 1 });
  try {
    for (const list of [dueKey(platform), inFlightKey(platform)]) {
      await eventually(async () => expect(await redis.zscore(list, identifier)).toBeNull());
    }
  } finally {
    redis.disconnect();
  }
}
