import type { KnownBroadcast, OpenState } from '../domain/broadcast.ts';
import { groupBy } from '../domain/group.ts';
import type { Pace } from '../domain/pace.ts';
import type { Platform } from '../domain/platform.ts';
import { Prisma } from '../../generated/tracking/client.ts';
import type { Database } from '../runtime/database.ts';
import { TRACKED } from './tracked.ts';

/** A broadcast that is not over, as far as the tables know. */
export type OpenKnownBroadcast = KnownBroadcast & { readonly state: OpenState };

/** What is remembered of a tracked key, as a look needs it. */
export interface RememberedStream {
  readonly identifier: string;
  readonly title: string | null;
  readonly login: string | null;
  readonly trackedSince: Date;
  readonly pace: Pace;
  readonly settled: readonly string[];
  readonly goneCount: number;
  readonly quarantinedAt: Date | null;
  readonly lastLiveAt: Date | null;
  readonly expectedUntil: Date | null;
  /** Since when the platform tells us of its changes by itself; null while it does not. */
  readonly pushedAt: Date | null;
  /** Grows with everything that looks record of the key. */
  readonly version: number;
  readonly createdAt: Date;
  readonly open: readonly OpenKnownBroadcast[];
}

const COLUMNS = Prisma.sql`broadcast_id AS id, identifier, state, root_id AS "rootId", title,
  scheduled_start AS "scheduledStart", started_at AS "startedAt", ended_at AS "endedAt",
  missing_since AS "missingSince", misses, details, version`;

/** Reads what a look compares its answer with. */
export function createLookStore(database: Database) {
  return {
    /**
     * The keys among these that are tracked; the others are nobody's business any more.
     * One value in one round trip: reading rows by Prisma, value by value and table by table, was half the cost of a look.
     */
    async load(platform: Platform, identifiers: readonly string[]): Promise<RememberedStream[]> {
      const [{ streams, open }] = await database.$queryRaw<
        [{ streams: InJson<Stream>[]; open: InJson<OpenKnownBroadcast>[] }]
      >`
        SELECT (
          SELECT coalesce(json_agg(s), '[]') FROM (
            SELECT identifier, title, login, coalesce(tracked_since, created_at) AS "trackedSince", pace, settled,
              gone_count AS "goneCount", quarantined_at AS "quarantinedAt", last_live_at AS "lastLiveAt",
              expected_until AS "expectedUntil", pushed_at AS "pushedAt", version, created_at AS "createdAt"
            FROM stream s WHERE platform = ${platform} AND identifier = ANY(${identifiers}) AND ${TRACKED}
          ) s
        ) AS streams, (
          SELECT coalesce(json_agg(b), '[]') FROM (
            SELECT ${COLUMNS} FROM broadcast
            WHERE platform = ${platform} AND identifier = ANY(${identifiers}) AND state IN ('scheduled', 'live')
            ORDER BY first_seen_at
          ) b
        ) AS open`;
      const byIdentifier = groupBy(open.map(toBroadcast), (broadcast) => broadcast.identifier);
      return streams.map((row) => ({ ...toStream(row), open: byIdentifier.get(row.identifier) ?? [] }));
    },

    /** Broadcasts that are over already, among those a look has seen again. */
    async closed(platform: Platform, ids: readonly string[]): Promise<KnownBroadcast[]> {
      if (ids.length === 0) return [];
      return database.$queryRaw<KnownBroadcast[]>`
        SELECT ${COLUMNS} FROM broadcast
        WHERE platform = ${platform} AND broadcast_id = ANY(${ids}) AND state NOT IN ('scheduled', 'live')`;
    },
  };
}

export type LookStore = ReturnType<typeof createLookStore>;

type Stream = Omit<RememberedStream, 'open'>;

/** As JSON has it: times are text. */
type InJson<T> = { readonly [K in keyof T]: Date extends T[K] ? string | Exclude<T[K], Date> : T[K] };

function toStream(row: InJson<Stream>): Stream {
  return {
    ...row,
    trackedSince: new Date(row.trackedSince),
    quarantinedAt: toDate(row.quarantinedAt),
    lastLiveAt: toDate(row.lastLiveAt),
    expectedUntil: toDate(row.expectedUntil),
    pushedAt: toDate(row.pushedAt),
    createdAt: new Date(row.createdAt),
  };
}

function toBroadcast(row: InJson<OpenKnownBroadcast>): OpenKnownBroadcast {
  return {
    ...row,
    scheduledStart: toDate(row.scheduledStart),
    startedAt: toDate(row.startedAt),
    endedAt: toDate(row.endedAt),
    missingSince: toDate(row.missingSince),
  };
}

function toDate(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
