import { z } from 'zod';
import { PLATFORMS } from '../domain/platform.ts';

/** It rises only when a field changes its meaning or goes; new fields may come without it. */
export const STATISTICS_VERSION = 1;

const count = z.number().int().nonnegative();
const seconds = z.number().nonnegative();
const instant = z.iso.datetime({ offset: true });

/** Changes of one direction, by what led to the look that found them. */
const found = z.looseObject({ Poll: count, Plan: count, Push: count, Hint: count });

/** Changes recorded in a span of time. */
const changes = z.looseObject({
  Online: found,
  Offline: found,
  /** Of all these, recorded silently. */
  Suppressed: count,
  /** Of all these, found by a poll although the platform should have told of them. */
  MissedByPush: count,
});

/** From recording a change to publishing it. */
const delay = z.looseObject({ Streams: count, P50Seconds: seconds, P99Seconds: seconds });

export const platformStatistics = z.looseObject({
  /** Stream keys tracked, and what of them: wanted by a pin, told of by the platform itself, held to be gone. */
  Keys: count,
  PinnedKeys: count,
  PushedKeys: count,
  QuarantinedKeys: count,
  Follows: count,
  Live: count,
  Scheduled: count,
  /** Follows and unfollows whose name is still to be resolved. */
  PendingNames: count,
  WaitingChanges: count,
  /** Why and until when the platform is not asked; null when it is. */
  Resting: z.looseObject({ Reason: z.string(), Until: instant.nullable() }).nullable(),
  /** Since when nearly everything that was live has vanished from its answers, so that nothing is believed to have ended. */
  Sick: z.looseObject({ Since: instant }).nullable(),
  /** Intervals are this many times as long, so that the budget suffices. */
  Stretch: z.number().min(1),
  Budgets: z.array(
    z.looseObject({
      Name: z.string(),
      Limit: count,
      Used: count,
      Left: count,
      /** Null while nothing of the window is used. */
      ResetsAt: instant.nullable(),
      /** What will have been used by then, if it goes on like this; null where nobody knows. */
      Forecast: z.number().nullable(),
    }),
  ),
  /** Keys whose time has come, and those that have waited for a whole interval more. */
  DueKeys: count,
  OverdueKeys: count,
  /** For how long the key has been due that has waited longest; 0 when none is due. */
  MostOverdueSeconds: seconds,
  LastHour: changes,
  LastDay: changes,
  /** Of what was published in the last ten minutes, by lane; null when nothing was. */
  PublishDelay: z.looseObject({ Urgent: delay.nullable(), Normal: delay.nullable() }),
  /** What the platform was asked to tell us of, by where that stands. */
  PushSubscriptions: z.looseObject({ Wanted: count, Pending: count, Active: count, Failed: count }),
  /** What the recorder was asked to record, by what came of it. */
  RecordRequests: z.looseObject({ Waiting: count, Unheard: count, Heard: count, Over: count }),
});

/** How everything stands, for other services: `GET /statistics` and `tallylight status --json`. */
export const trackingStatistics = z.looseObject({
  SchemaVersion: z.number().int(),
  Timestamp: instant,
  Platforms: z.record(z.enum(PLATFORMS), platformStatistics),
  Queues: z.array(z.looseObject({ Name: z.string(), Waiting: count, Active: count, Delayed: count, Failed: count })),
  /** When the oldest change that still waits was recorded, and how long ago that is; null when none waits. */
  OldestChange: z.looseObject({ RecordedAt: instant, AgeSeconds: seconds }).nullable(),
  /** Messages refused and not replayed since. */
  Rejects: count,
  /** The bot's tables, where they are read. `Doubt`: why the newest read was not believed; null while all is well. */
  NoticeTables: z.array(
    z.looseObject({
      Name: z.string(),
      /** Usable ones of the last read that was believed. */
      Rows: count,
      /** Rows of it that cannot be used. */
      Refused: count,
      /** Null while none was believed. */
      ReadAt: instant.nullable(),
      Doubt: z.string().nullable(),
      DoubtAt: instant.nullable(),
    }),
  ),
});

export type PlatformStatistics = z.output<typeof platformStatistics>;
export type TrackingStatistics = z.output<typeof trackingStatistics>;
