import type { Config } from '../shared/config/config.ts';
import { PLATFORMS, type Platform } from '../shared/domain/platform.ts';
import type { Publisher, Restored, RestoreOptions } from '../shared/pubsub/publisher.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { Database } from '../shared/runtime/database.ts';
import type { Metrics } from '../shared/runtime/metrics.ts';
import type { ChangeStore, OpenEvent } from '../shared/store/change-store.ts';
import type { LogStore, PublishedEvent } from '../shared/store/log-store.ts';
import { withPlatformLock } from '../shared/store/platform-lock.ts';
import type { BackPressure } from './back-pressure.ts';
import { EVENTS_PER_PASS, type FlushPace, untilGo } from './flush-pace.ts';

/** A pass ends after this long even when more waits: its lock is not held for ever. */
const PASS_MS = 10_000;

export interface PlatformFlushParts {
  readonly database: Database;
  readonly changes: ChangeStore;
  readonly log: LogStore;
  readonly publisher: Publisher;
  readonly pace: FlushPace;
  readonly backPressure: BackPressure;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly config: Pick<Config, 'BATCH_MAX_STREAMS' | 'ANNOUNCE_MAX_AGE'>;
}

type Pass = 'done' | 'more' | 'behind';

interface Failed {
  readonly error: unknown;
}

export interface FlushOptions {
  /** Ends the flush after the pass under way; what is left still waits. */
  readonly signal?: AbortSignal;
  /** Called whenever some of it is published. */
  readonly afterPass?: () => Promise<void>;
}

/**
 * Publishes what waits of a platform. Each step can be cut off and is made good by the next flush: an event that was
 * formed is published as it was formed; one that was published is not published again, and only marked.
 */
export function createPlatformFlush(parts: PlatformFlushParts) {
  const { database, changes, log, publisher, pace, backPressure, clock, metrics, config } = parts;
  const publishOpen = createPublishOpen(parts);

  /** @param wanted changes to publish now, whatever their lane; with them goes whatever is due */
  async function flush(
    platform: Platform,
    wanted: readonly bigint[],
    { signal, afterPass }: FlushOptions = {},
  ): Promise<void> {
    let pass = await onePass(platform, wanted);
    if (pass === 'behind') {
      await restore();
      pass = await onePass(platform, wanted);
    }
    while (pass === 'more' && !signal?.aborted) {
      await afterPass?.();
      pass = await onePass(platform, wanted);
    }
    if (pass === 'behind') throw new Error(`publishing changes of ${platform}: the log in Redis is behind again`);
  }

  async function onePass(platform: Platform, wanted: readonly bigint[]): Promise<Pass> {
    const pass = await lockedPass(platform, wanted);
    if (typeof pass === 'object') throw pass.error;
    return pass;
  }

  /** Returns how it failed, for what it has written with its lock to count. */
  function lockedPass(platform: Platform, wanted: readonly bigint[]): Promise<Pass | Failed> {
    return withPlatformLock(database, [platform], async (tx) => {
      const earlier = await publishOpen(platform);
      if (earlier !== 'done') return earlier;
      const maxStreams = config.BATCH_MAX_STREAMS;
      const { pauseMs } = await backPressure.pressure();
      const limit = pace.eventsAtOnce(pauseMs) * maxStreams;
      const { taken, eventIds, silenced } = await changes.form({
        ...{ platform, wanted, limit, maxStreams, now: clock.now() },
        announceMaxAgeMs: config.ANNOUNCE_MAX_AGE,
      });
      for (const reason of silenced) metrics.suppressed.inc({ platform, reason });
      const unsent = new Set(eventIds);
      const now = await publishOpen(platform, unsent).catch((error: unknown): Failed => ({ error }));
      // Formed, they would come into the snapshot of a new epoch as if they were out, before what comes before them is.
      if (now === 'behind' || typeof now === 'object') await changes.takeApart(tx, [...unsent]);
      return now === 'done' && taken === limit ? 'more' : now;
    });
  }

  /**
   * Makes the snapshot agree with the tables, and starts a new epoch when Redis was emptied or lost what was written.
   * Nobody publishes meanwhile.
   */
  function restore(options: RestoreOptions = {}): Promise<Restored> {
    return withPlatformLock(database, PLATFORMS, async () => {
      // What was published but not marked would come back into the snapshot from the tables.
      if (!options.dryRun) for (const platform of PLATFORMS) await publishOpen(platform);
      const restored = await publisher.restore(await log.position(), await log.live(), options);
      if (restored.newEpoch !== null && !options.dryRun) await log.startEpoch(restored.newEpoch);
      return restored;
    });
  }

  return { flush, restore };
}

export type PlatformFlush = ReturnType<typeof createPlatformFlush>;

function createPublishOpen({ changes, log, publisher, pace, backPressure, clock, metrics }: PlatformFlushParts) {
  /**
   * Publishes the events that are formed already, in their order, and marks those that are out.
   * @param unsent events that were never sent; what may be out is taken from it
   */
  return async function publishOpen(platform: Platform, unsent = new Set<string>()): Promise<Pass> {
    const known = await log.position();
    const events = await changes.openEvents(platform, EVENTS_PER_PASS);
    const out: PublishedEvent[] = [];
    const endAt = clock.now().getTime() + PASS_MS;
    try {
      for (const event of events) {
        if (clock.now().getTime() > endAt) return 'more';
        await backPressure.holdBack();
        countRateWait(metrics, await untilGo(pace.turn));
        const isFirstTime = unsent.delete(event.eventId);
        const result = await publisher.publish({ ...event, streams: event.changes.map(({ stream }) => stream) }, known);
        if (result.kind === 'behind') {
          if (isFirstTime) unsent.add(event.eventId);
          return 'behind';
        }
        out.push({ eventId: event.eventId, place: result.place });
        count(metrics, event, { repeated: result.kind === 'repeated', at: clock.now() });
      }
    } finally {
      if (out.length > 0) await log.settle(out, clock.now());
    }
    return events.length === EVENTS_PER_PASS ? 'more' : 'done';
  };
}

function countRateWait(metrics: Metrics, waitedMs: number): void {
  if (waitedMs === 0) return;
  metrics.publishWaits.inc({ by: 'rate' });
  metrics.publishWaitSeconds.inc({ by: 'rate' }, waitedMs / 1_000);
}

function count(metrics: Metrics, event: OpenEvent, { repeated, at }: { repeated: boolean; at: Date }): void {
  const { platform, direction, changes } = event;
  if (repeated) {
    metrics.repeats.inc({ platform });
    return;
  }
  metrics.batches.inc({ platform, direction });
  metrics.published.inc({ platform, direction }, changes.length);
  metrics.eventStreams.observe({ platform }, changes.length);
  if (changes.length > 1) metrics.merged.inc({ platform, direction }, changes.length);
  for (const { lane, recordedAt } of changes) {
    metrics.publishDelay.observe({ platform, lane }, Math.max(0, at.getTime() - recordedAt.getTime()) / 1_000);
  }
}
