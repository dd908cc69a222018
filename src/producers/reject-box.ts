import { createHash } from 'node:crypto';
import type { RedisConnection } from '../shared/redis/open-connection.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { Metrics } from '../shared/runtime/metrics.ts';
import { MAX_KEPT_BYTES, type NewReject, type RejectStore } from '../shared/store/reject-store.ts';
import type { Refusal } from './read-message.ts';

/** Most rows written at a time, once a second: a flood of garbage must not become a flood of rows. */
const MOST_AT_A_TIME = 100;
const EVERY_MS = 1_000;

/** For so long the same message is kept once, however many listeners refuse it. */
const ONCE_WITHIN_MS = 30_000;

export interface RejectBoxParts {
  readonly redis: RedisConnection;
  readonly store: Pick<RejectStore, 'keep'>;
  readonly metrics: Pick<Metrics, 'rejects'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Counts every refused message, and keeps them for an operator, bounded in memory, in rate and in the table. */
export function createRejectBox({ redis, store, metrics, clock, logger }: RejectBoxParts) {
  let box: NewReject[] = [];
  let ours: NewReject[] = [];
  let refused = 0;
  let timer: NodeJS.Timeout | undefined;

  /** Never throws: what cannot be kept now is kept with the next. */
  async function empty(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const [fresh, count] = [box, refused];
    [box, refused] = [[], 0];
    if (fresh[0]) logger.warn({ count, channel: fresh[0].channel, reason: fresh[0].reason }, 'messages refused');
    ours = [...ours, ...(await firstOf(redis, fresh))].slice(0, MOST_AT_A_TIME);
    try {
      await store.keep(ours);
      ours = [];
    } catch (error) {
      logger.warn({ err: error, count: ours.length }, 'cannot keep refused messages, trying again');
      schedule();
    }
  }

  function schedule(): void {
    timer ??= setTimeout(() => void empty(), EVERY_MS).unref();
  }

  return {
    add({ channel, reason, payload }: Refusal): void {
      metrics.rejects.inc({ channel });
      refused++;
      if (box.length < MOST_AT_A_TIME) box.push({ channel, reason, ...copied(payload), receivedAt: clock.now() });
      schedule();
    },
    empty,
  };
}

export type RejectBox = ReturnType<typeof createRejectBox>;

/** Those that no other listener keeps already. When Redis cannot say, all: a reject kept twice harms nobody. */
async function firstOf(redis: RedisConnection, rejects: readonly NewReject[]): Promise<NewReject[]> {
  const claims = rejects.map((reject) => redis.set(claimKey(reject), '1', 'PX', ONCE_WITHIN_MS, 'NX'));
  const answers = await Promise.allSettled(claims);
  return rejects.filter((_reject, i) => answers[i]?.status === 'rejected' || answers[i]?.value === 'OK');
}

function claimKey({ channel, payload, size }: NewReject): string {
  const digest = createHash('sha256').update(`${channel} ${size} `).update(payload).digest('base64url').slice(0, 24);
  return `tallylight:{heard}:refused:${digest}`;
}

/** A copy of no more than is kept: the slice would hold the whole message in memory. */
function copied(payload: Buffer): Pick<NewReject, 'payload' | 'size'> {
  return { payload: Buffer.from(payload.subarray(0, MAX_KEPT_BYTES)), size: payload.length };
}
