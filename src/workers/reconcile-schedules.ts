import type { PerPlatform, Platform } from '../shared/domain/platform.ts';
import { diffSchedules } from '../shared/domain/schedule-diff.ts';
import { isCategory, keyText, parseKeyText, type StreamKey } from '../shared/domain/stream-key.ts';
import { dueKey } from '../shared/queues/keys.ts';
import type { PollQueues } from '../shared/queues/poll-queues.ts';
import { readSchedulers } from '../shared/queues/schedulers.ts';
import type { RedisConnection } from '../shared/redis/open-connection.ts';
import type { TrackingStore } from '../shared/store/tracking-store.ts';
import type { Repair } from './reconcile.ts';

export interface ReconcileSchedulesParts {
  readonly redis: RedisConnection;
  readonly queues: PollQueues;
  readonly tracking: Pick<TrackingStore, 'tracked' | 'untrackedAmong'>;
  /** Makes the schedulers of some keys agree with the table, reading it again. */
  readonly align: (keys: readonly StreamKey[]) => Promise<unknown>;
  readonly pollIntervalMs: PerPlatform<number>;
}

/** Finds the keys of a platform whose scheduler is not what the table says, and lets `align` put them right. */
export function createReconcileSchedules({ redis, queues, tracking, align, pollIntervalMs }: ReconcileSchedulesParts) {
  return async function reconcileSchedules(
    platform: Platform,
    { dryRun, now }: { dryRun: boolean; now: Date },
  ): Promise<Repair[]> {
    // What exists is read before what should exist: a key that is followed meanwhile looks missing, which align finds
    // out, and never looks superfluous.
    const schedulers = await readSchedulers(redis, queues[platform]);
    const due = await redis.zrange(dueKey(platform), '0', '-1');
    const wanted = (await tracking.tracked(platform)).filter((key) => !isCategory(key));
    const diff = diffSchedules(
      wanted.map((key) => ({ id: keyText(key), pace: key.pace })),
      { schedulers, due: due.map((identifier) => keyText({ platform, identifier })) },
      { intervalMs: pollIntervalMs[platform], now: now.getTime() },
    );
    const stoppable = new Set((await tracking.untrackedAmong(keysOf(diff.extra))).map(keyText));
    const repairs: Repair[] = [
      ...diff.missing.map((key) => ({ what: 'start polling', key })),
      ...diff.wrong.map((key) => ({ what: 'correct schedule', key })),
      ...diff.notDue.map((key) => ({ what: 'allow looks', key })),
      ...diff.extra.filter((key) => stoppable.has(key)).map((key) => ({ what: 'stop polling', key })),
    ];
    if (!dryRun) await align(keysOf(repairs.map((repair) => repair.key)));
    return repairs;
  };
}

function keysOf(ids: readonly string[]): StreamKey[] {
  return ids.map(parseKeyText).filter((key) => key !== undefined);
}
