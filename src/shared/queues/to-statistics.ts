import { isoTime } from '../contracts/iso-time.ts';
import {
  type PlatformStatistics,
  STATISTICS_VERSION,
  type TrackingStatistics,
} from '../contracts/tracking-statistics.ts';
import { perPlatform } from '../domain/platform.ts';
import type { ChangeCounts, Delay } from '../store/change-figures.ts';
import type { PlatformStanding, Standing } from './standing.ts';

/** How everything stands, as other services read it. */
export function toStatistics(standing: Standing): TrackingStatistics {
  const { at, oldestChangeAt } = standing;
  return {
    SchemaVersion: STATISTICS_VERSION,
    Timestamp: isoTime(at),
    Platforms: perPlatform((platform) => platformStatistics(standing.platforms[platform])),
    Queues: standing.queues.map(({ queue, waiting, active, delayed, failed }) => ({
      ...{ Name: queue, Waiting: waiting, Active: active, Delayed: delayed, Failed: failed },
    })),
    OldestChange: oldestChangeAt && {
      RecordedAt: isoTime(oldestChangeAt),
      AgeSeconds: inSeconds(Math.max(0, at.getTime() - oldestChangeAt.getTime())),
    },
    Rejects: standing.rejects,
    NoticeTables: standing.notices.map(({ table, rows, refused, readAt, doubt, doubtAt }) => ({
      ...{
        Name: table,
        Rows: rows,
        Refused: refused,
        ReadAt: timeOrNull(readAt),
        Doubt: doubt,
        DoubtAt: timeOrNull(doubtAt),
      },
    })),
  };
}

function platformStatistics(stands: PlatformStanding): PlatformStatistics {
  const { resting, sickSince, pushSubscriptions: pushes, recordRequests: records } = stands;
  return {
    ...{ Keys: stands.keys, PinnedKeys: stands.pinned, PushedKeys: stands.pushed },
    ...{ QuarantinedKeys: stands.quarantined, Follows: stands.follows, Live: stands.live, Scheduled: stands.scheduled },
    ...{ PendingNames: stands.pendingNames, WaitingChanges: stands.waitingChanges },
    Resting: resting && { Reason: resting.reason, Until: timeOrNull(resting.until) },
    Sick: sickSince && { Since: isoTime(sickSince) },
    Stretch: stands.stretch,
    Budgets: stands.budgets.map(({ name, limit, used, left, resetsAt }) => ({
      ...{ Name: name, Limit: limit, Used: used, Left: left, ResetsAt: timeOrNull(resetsAt) },
      Forecast: stands.forecasts[name] ?? null,
    })),
    ...{ DueKeys: stands.due, OverdueKeys: stands.overdue, MostOverdueSeconds: inSeconds(stands.mostOverdueMs) },
    ...{ LastHour: changesOf(stands.lastHour), LastDay: changesOf(stands.lastDay) },
    PublishDelay: { Urgent: delayOf(stands.delay.urgent), Normal: delayOf(stands.delay.normal) },
    PushSubscriptions: {
      ...{ Wanted: pushes.wanted, Pending: pushes.pending, Active: pushes.active, Failed: pushes.failed },
    },
    RecordRequests: {
      ...{ Waiting: records.waiting, Unheard: records.unheard, Heard: records.heard, Over: records.over },
    },
  };
}

function changesOf({ online, offline, suppressed, missedByPush }: ChangeCounts): PlatformStatistics['LastDay'] {
  const found = ({ poll, plan, push, hint }: ChangeCounts['online']) => ({
    Poll: poll,
    Plan: plan,
    Push: push,
    Hint: hint,
  });
  return { Online: found(online), Offline: found(offline), Suppressed: suppressed, MissedByPush: missedByPush };
}

function delayOf(delay: Delay | null): PlatformStatistics['PublishDelay']['Urgent'] {
  return delay && { Streams: delay.streams, P50Seconds: inSeconds(delay.p50Ms), P99Seconds: inSeconds(delay.p99Ms) };
}

const timeOrNull = (at: Date | null): string | null => at && isoTime(at);
const inSeconds = (ms: number): number => Math.round(ms) / 1_000;
