import type { Clock } from '../shared/runtime/clock.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { Service } from '../shared/runtime/service.ts';
import type { HastenLooks } from './hasten-looks.ts';
import type { Reschedule } from './reschedule.ts';

export interface IntervalWatchParts {
  /** The intervals in force from which schedules are derived, in ms. */
  readonly intervals: () => readonly number[];
  readonly reschedule: Reschedule;
  readonly hastenLooks: HastenLooks;
  readonly everyMs: number;
  /** By then every process has heard of a change. */
  readonly settleMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Lets schedules follow when a setting gives them another interval, instead of at the next periodic reconcile.
 * And once more when all processes have heard of it: until then one of them may have worked by the old interval.
 */
export function createIntervalWatch(parts: IntervalWatchParts): Service {
  const { reschedule, hastenLooks, everyMs, settleMs, clock, logger } = parts;
  let timer: NodeJS.Timeout | undefined;
  let following: Promise<void> = Promise.resolve();
  let stopped = true;
  let followed = '';
  let again: number | null = null;
  let failing = false;

  async function check(): Promise<void> {
    const wanted = parts.intervals().join();
    const changed = wanted !== followed;
    if (!changed && (again === null || clock.now().getTime() < again)) return;
    const repairs = await reschedule();
    const hastened = await hastenLooks();
    followed = wanted;
    again = changed ? clock.now().getTime() + settleMs : null;
    logger.info({ repairs: repairs.length, hastened }, 'schedules follow the intervals in force');
  }

  function plan(): void {
    if (!stopped) timer = setTimeout(() => follow(check()), everyMs);
  }

  function follow(step: Promise<unknown>): void {
    following = step
      .then(() => {
        failing = false;
      })
      .catch((error: unknown) => {
        if (!failing) logger.warn({ err: error }, 'schedules cannot follow the intervals, trying again');
        failing = true;
      })
      .finally(plan);
  }

  return {
    name: 'interval-watch',
    async start() {
      if (!stopped) return;
      stopped = false;
      // Schedules are reconciled at the start anyway; what is due may still be counted by an interval of before.
      followed = parts.intervals().join();
      follow(hastenLooks());
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await following;
    },
  };
}
