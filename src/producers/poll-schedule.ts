import { chunk, groupByPlatform } from '../shared/domain/group.ts';
import { pollEvery, pollOffset } from '../shared/domain/pace.ts';
import type { PerPlatform } from '../shared/domain/platform.ts';
import { keyText, type StreamKey } from '../shared/domain/stream-key.ts';
import { dueKey } from '../shared/queues/keys.ts';
import { KEPT, type PollQueues } from '../shared/queues/poll-queues.ts';
import type { RedisConnection } from '../shared/redis/open-connection.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { TrackedKey } from '../shared/store/tracking-store.ts';

/** Redis round trips under way at once when many keys change together. */
const WIDTH = 200;

export interface PollScheduleParts {
  readonly queues: PollQueues;
  readonly redis: RedisConnection;
  readonly pollIntervalMs: PerPlatform<number>;
  readonly clock: Clock;
}

/** One job scheduler for each tracked key, and its place among the keys that are due. Doing a thing twice is doing it once. */
export function createPollSchedule({ queues, redis, pollIntervalMs, clock }: PollScheduleParts) {
  async function schedule({ platform, identifier, pace }: TrackedKey): Promise<void> {
    const every = pollEvery(pollIntervalMs[platform], pace);
    const id = keyText({ platform, identifier });
    await queues[platform].upsertJobScheduler(
      id,
      { every, offset: pollOffset(id, every) },
      { name: 'poll', data: { identifier }, opts: KEPT },
    );
  }

  return {
    /** Due first: a poll that finds its key not due-listed would take it for untracked. */
    async startPolling(keys: readonly TrackedKey[]): Promise<void> {
      for (const part of chunk(keys, WIDTH)) {
        const now = clock.now().getTime();
        for (const [platform, identifiers] of groupByPlatform(part))
          await redis.zadd(dueKey(platform), 'NX', ...identifiers.flatMap((identifier) => [now, identifier]));
        await Promise.all(part.map(schedule));
      }
    },

    async stopPolling(keys: readonly StreamKey[]): Promise<void> {
      for (const part of chunk(keys, WIDTH)) {
        for (const [platform, identifiers] of groupByPlatform(part)) await redis.zrem(dueKey(platform), ...identifiers);
        await Promise.all(part.map((key) => queues[key.platform].removeJobScheduler(keyText(key))));
      }
    },
  };
}

export type PollSchedule = ReturnType<typeof createPollSchedule>;
