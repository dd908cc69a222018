import { CALM, type Pressure, type RedisSigns, type SlowSubscriber, weigh } from '../shared/domain/back-pressure.ts';
import { cached } from '../shared/runtime/cached.ts';
import { type Clock, sleep } from '../shared/runtime/clock.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { Metrics } from '../shared/runtime/metrics.ts';

/** How old what is known of Redis may be, in ms. */
const SIGNS_AGE_MS = 1_000;

export interface BackPressureParts {
  readonly readSigns: () => Promise<RedisSigns>;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'publishWaits' | 'publishWaitSeconds' | 'subscribersBehind' | 'furthestBehind'>;
  readonly logger: Logger;
  /** 0 asks each time. */
  readonly signsAgeMs?: number;
}

/** Slows publishing down while a subscriber is far behind, or Redis is short of memory or slow. */
export interface BackPressure {
  pressure(): Promise<Pressure>;
  /** Waits as long as the pressure asks for, at most a second, or until `signal` is aborted. */
  holdBack(signal?: AbortSignal): Promise<void>;
}

export function createBackPressure(parts: BackPressureParts): BackPressure {
  const { readSigns, clock, metrics, logger, signsAgeMs = SIGNS_AGE_MS } = parts;
  let last = CALM;

  async function look(): Promise<Pressure> {
    try {
      const next = weigh(last, await readSigns(), clock.now().getTime());
      report(logger, last.slow, next.slow);
      metrics.subscribersBehind.set(next.slow.length);
      metrics.furthestBehind.set(next.slow[0]?.behindBytes ?? 0);
      last = next;
      return next;
    } catch (error) {
      // Publishing itself finds out what is wrong with Redis, and says so.
      logger.debug({ err: error }, 'back-pressure not read');
      return CALM;
    }
  }

  const pressure = cached(look, signsAgeMs);
  return {
    pressure,
    async holdBack(signal) {
      const { pauseMs, cause } = await pressure();
      if (cause === null) return;
      metrics.publishWaits.inc({ by: cause });
      metrics.publishWaitSeconds.inc({ by: cause }, pauseMs / 1_000);
      await sleep(pauseMs, signal);
    },
  };
}

/** Says of each subscriber once that it falls behind, once that it is not waited for any more, and once that it is back. */
function report(logger: Logger, before: readonly SlowSubscriber[], after: readonly SlowSubscriber[]): void {
  const known = new Map(before.map((subscriber) => [subscriber.id, subscriber]));
  for (const { id, name, address, behindBytes, waitedFor } of after) {
    const fields = { subscriber: name, address, behindBytes };
    if (!known.has(id)) {
      logger.warn(fields, 'a subscriber is far behind; publishing slows down until it has caught up or is cut off');
    } else if (!waitedFor && known.get(id)?.waitedFor) {
      logger.warn(fields, 'a subscriber stays far behind; publishing does not wait for it any more');
    }
  }
  const left = new Set(after.map(({ id }) => id));
  for (const { id, name, address } of before) {
    if (!left.has(id)) logger.info({ subscriber: name, address }, 'a subscriber has caught up, or is gone');
  }
}
