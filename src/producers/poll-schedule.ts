import type { Redis } from 'ioredis';
import { pollEvery, pollOffset } from '../shared/domain/pace.ts';
import type { PerPlatform } from '../shared/domain/platform.ts';
import { keyText, type StreamKey } from '../shared/domain/stream-key.ts';
import { dueKey } from '../shared/queues/keys.ts';
import { KEPT, type PollQueues } from '../shared/queues/poll-queues.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { TrackedKey } from '../shared/store/tracking-store.ts';

/** Redis round trips under way at once when many keys change together. */
const WIDTH = 200;

export interface PollScheduleParts {
  readonly queues: PollQueues;
  readonly redis: Redis;
  readonly pollIntervalMs: PerPlatform<number>;
  readonly clock: Clock;
}

/** One job scheduler for each tracked key, and its place among the keys that are due. Doing a thing twice is doing it once. */
export function createPollSchedule({ queues, redis, pollIntervalMs, clock }: PollScheduleParts) {
  async function startPolling({ platform, identifier, pace }: TrackedKey): Promise<void> {
    const every = pollEvery(pollIntervalMs[platform], pace);
    const id = keyText({ platform, identifier });
    // Due first: a poll that finds its key not due-listed would take it for untracked.
    await redis.zadd(dueKey(platform), 'NX', clock.now().getTime(), identifier);
    await queues[platform].upsertJobScheduler(
      id,
      { every, offset: pollOffset(id, every) },
      { name: 'poll', data: { identifier }, opts: KEPT },
    );
  }

  async function stopPolling(key: StreamKey): Promise<void> {
    await redis.zrem(dueKey(key.platform), key.identifier);
    await queues[key.platform].removeJobScheduler(keyText(key));
  }

  return {
    startPolling: (keys: readonly TrackedKey[]) => inParallel(keys, startPolling),
    stopPolling: (keys: readonly StreamKey[]) => inParallel(keys, stopPolling),
  };
}

export type PollSchedule = ReturnType<typeof createPollSchedule>;

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let i = 0; i < items.length; i += WIDTH) await Promise.all(items.slice(i, i + WIDTH).map(work));
}
