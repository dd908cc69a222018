import { type PerPlatform, type Platform, perPlatform } from '../domain/platform.ts';
import type { Database } from '../runtime/database.ts';
import { type ChangeFigures, readChangeFigures } from './change-figures.ts';
import { createNoticeStore, type NoticeTableState } from './notice-store.ts';
import { TRACKED } from './tracked.ts';

export const PUSH_STATES = ['wanted', 'pending', 'active', 'failed'] as const;
export const RECORD_STATES = ['waiting', 'unheard', 'heard', 'over'] as const;

type PushState = (typeof PUSH_STATES)[number];
type RecordState = (typeof RECORD_STATES)[number];

/** What the tables say of one platform, counted. */
export interface PlatformCounts extends ChangeFigures {
  readonly keys: number;
  /** Keys that a pin wants. */
  readonly pinned: number;
  /** Keys of whose changes the platform tells by itself. */
  readonly pushed: number;
  readonly quarantined: number;
  readonly follows: number;
  readonly live: number;
  readonly scheduled: number;
  /** Changes recorded but not yet published. */
  readonly waitingChanges: number;
  /** Follows and unfollows whose name is still to be resolved. */
  readonly pendingNames: number;
  readonly pushSubscriptions: Readonly<Record<PushState, number>>;
  /** Why the one that is tried again last failed; null while none did. */
  readonly pushError: string | null;
  readonly recordRequests: Readonly<Record<RecordState, number>>;
}

export interface Overview {
  readonly platforms: PerPlatform<PlatformCounts>;
  /** When the oldest change that still waits was recorded. */
  readonly oldestChangeAt: Date | null;
  /** Messages refused and not replayed since. */
  readonly rejects: number;
  /** How the bot's own tables were last read; empty where they are not. */
  readonly notices: readonly NoticeTableState[];
}

/** So many things of a platform, of a kind where there are several. */
interface Row {
  readonly platform: string;
  readonly kind: string;
  readonly count: number;
}

type CountOf = (rows: readonly Row[], kind?: string) => number;

/** Counts everything once: a handful of queries, whatever the number of keys. */
export async function readOverview(database: Database, now: Date): Promise<Overview> {
  const [streams, follows, broadcasts, waiting, pending, subscriptions, errors, requests, figures, rejects, notices] =
    await Promise.all([
      readStreams(database),
      database.$queryRaw<Row[]>`SELECT platform, '' AS kind, count(*)::int AS count FROM follow GROUP BY 1`,
      database.$queryRaw<Row[]>`
        SELECT platform, state AS kind, count(*)::int AS count FROM broadcast
        WHERE state IN ('live', 'scheduled') GROUP BY 1, 2`,
      database.$queryRaw<(Row & { oldest: Date })[]>`
        SELECT platform, '' AS kind, count(*)::int AS count, min(recorded_at) AS oldest FROM change
        WHERE state = 'waiting' GROUP BY 1`,
      database.$queryRaw<Row[]>`SELECT platform, '' AS kind, count(*)::int AS count FROM pending_follow GROUP BY 1`,
      database.$queryRaw<Row[]>`
        SELECT platform, state AS kind, count(*)::int AS count FROM push_subscription GROUP BY 1, 2`,
      readPushErrors(database),
      database.$queryRaw<Row[]>`
        SELECT platform, state AS kind, count(*)::int AS count FROM record_request GROUP BY 1, 2`,
      readChangeFigures(database, now),
      database.reject.count({ where: { replayedAt: null } }),
      createNoticeStore(database).tables(),
    ]);
  const platforms = perPlatform((platform): PlatformCounts => {
    const count = countOf(platform);
    return {
      ...{ keys: count(streams, 'keys'), pinned: count(streams, 'pinned'), pushed: count(streams, 'pushed') },
      ...{ quarantined: count(streams, 'quarantined'), follows: count(follows) },
      ...{ live: count(broadcasts, 'live'), scheduled: count(broadcasts, 'scheduled') },
      ...{ waitingChanges: count(waiting), pendingNames: count(pending) },
      pushSubscriptions: byState(count, subscriptions, PUSH_STATES),
      pushError: errors.get(platform) ?? null,
      recordRequests: byState(count, requests, RECORD_STATES),
      ...figures[platform],
    };
  });
  return { platforms, oldestChangeAt: earliest(waiting.map((row) => row.oldest)), rejects, notices };
}

/** One pass over the table for everything that is counted of it. */
async function readStreams(database: Database): Promise<Row[]> {
  return database.$queryRaw<Row[]>`
    SELECT platform, kind, count FROM (
      SELECT platform, count(*)::int AS keys, count(*) FILTER (WHERE pins > 0)::int AS pinned,
        count(pushed_at)::int AS pushed, count(quarantined_at)::int AS quarantined
      FROM stream s WHERE ${TRACKED} GROUP BY platform) AS counted
    CROSS JOIN LATERAL (VALUES ('keys', keys), ('pinned', pinned), ('pushed', pushed), ('quarantined', quarantined))
      AS each(kind, count)`;
}

async function readPushErrors(database: Database): Promise<Map<string, string>> {
  const rows = await database.$queryRaw<{ platform: string; error: string }[]>`
    SELECT DISTINCT ON (platform) platform, error FROM push_subscription WHERE state = 'failed' AND error IS NOT NULL
    ORDER BY platform, next_try_at DESC`;
  return new Map(rows.map(({ platform, error }) => [platform, error]));
}

function countOf(platform: Platform): CountOf {
  return (rows, kind = '') => rows.find((row) => row.platform === platform && row.kind === kind)?.count ?? 0;
}

function byState<S extends string>(count: CountOf, rows: readonly Row[], states: readonly S[]): Record<S, number> {
  return Object.fromEntries(states.map((state) => [state, count(rows, state)])) as Record<S, number>;
}

function earliest(dates: readonly Date[]): Date | null {
  return dates.reduce<Date | null>((first, date) => (first === null || date < first ? date : first), null);
}
