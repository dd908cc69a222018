import { chunk } from '../domain/group.ts';
import type { PollQueue } from './poll-queues.ts';
import type { RedisConnection } from '../redis/open-connection.ts';

export interface ScheduledKey {
  /** The key text. */
  readonly id: string;
  /** Milliseconds between two polls. */
  readonly every: number;
  /** When the next poll is planned (ms). */
  readonly next: number;
  /** The job of that poll exists. Without it the scheduler would never fire again. */
  readonly hasJob: boolean;
}

const AT_ONCE = 2_000;

/**
 * Every job scheduler of a queue, in two round trips for each 2,000.
 * BullMQ's own listing asks up to three times for each scheduler and takes many seconds for 100,000; its layout
 * (`repeat`: a sorted set of ids by next run; `repeat:<id>`: a hash with `every`; the next job is `repeat:<id>:<next>`)
 * is the same in versions 5 and 6.
 */
export async function readSchedulers(redis: RedisConnection, queue: PollQueue): Promise<ScheduledKey[]> {
  const flat = await redis.zrange(queue.toKey('repeat'), '0', '-1', 'WITHSCORES');
  const planned = chunk(flat, 2).map(([id = '', next = '0']) => ({ id, next: Number(next) }));
  const read: ScheduledKey[] = [];
  for (const part of chunk(planned, AT_ONCE)) read.push(...(await readPart(redis, queue, part)));
  return read;
}

async function readPart(
  redis: RedisConnection,
  queue: PollQueue,
  part: { id: string; next: number }[],
): Promise<ScheduledKey[]> {
  const pipeline = redis.pipeline();
  for (const { id, next } of part) {
    pipeline.hget(queue.toKey(`repeat:${id}`), 'every');
    pipeline.exists(queue.toKey(`repeat:${id}:${next}`));
  }
  const answers = (await pipeline.exec()) ?? [];
  return part.map(({ id, next }, i) => {
    const [everyAnswer, existsAnswer] = [answers[2 * i], answers[2 * i + 1]];
    const error = everyAnswer?.[0] ?? existsAnswer?.[0];
    if (error) throw error;
    return { id, next, every: Number(everyAnswer?.[1] ?? 0), hasJob: existsAnswer?.[1] === 1 };
  });
}
