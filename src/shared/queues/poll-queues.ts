import { Queue } from 'bullmq';
import { z } from 'zod';
import type { FoundBy } from '../domain/found-by.ts';
import { type PerPlatform, perPlatform } from '../domain/platform.ts';
import { isIdentifier } from '../domain/stream-key.ts';
import { pollQueueName, queuePrefix } from './keys.ts';
import type { RedisConnection } from '../redis/open-connection.ts';

/**
 * `poll`: look if the key is due; its scheduler fired, or it was just followed. `look`: look, whether it is due or not.
 * Jobs of the last version may still wait in a queue: a new field must be optional.
 */
export const pollJob = z.object({
  /** As a text column takes it, and no longer than any key. */
  identifier: z.string().refine(isIdentifier, 'expected the identifier of a key'),
  reason: z.string().optional(),
  /** What a push said, and how many looks there have been for it with this one. */
  says: z.enum(['online', 'offline', 'something']).optional(),
  looks: z.number().int().positive().optional(),
});

export type PollJob = z.infer<typeof pollJob>;

/** What the reason of a poll job says of the change that its look may find. */
export function foundBy({ reason }: PollJob): FoundBy {
  if (reason === 'push' || reason === 'hint') return reason;
  return reason === 'start' || reason === 'end' || reason === 'pushed' ? 'plan' : 'poll';
}

export type PollQueue = Queue<PollJob, PollResult>;

/** What a poll job did: shown as its return value in the board. */
export type PollResult = 'live' | 'scheduled' | 'idle' | 'gone' | 'unknown' | 'fresh' | 'resting' | 'untracked';

export type PollQueues = PerPlatform<PollQueue>;

/** What finished poll jobs leave behind for the board. */
export const KEPT = { removeOnComplete: { count: 100 }, removeOnFail: { count: 500 } };

export function openPollQueues(connection: RedisConnection): PollQueues {
  return perPlatform((platform) => {
    const name = pollQueueName(platform);
    // The events stream of a queue is read by nobody here; at its default length it costs memory and time.
    const queue: PollQueue = new Queue(name, {
      connection,
      prefix: queuePrefix(name),
      streams: { events: { maxLen: 10 } },
    });
    // The connection tells of its own losses, once; a queue would repeat each of them.
    queue.on('error', () => undefined);
    return queue;
  });
}
