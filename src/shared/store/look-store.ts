import type { KnownBroadcast, OpenState } from '../domain/broadcast.ts';
import { groupBy } from '../domain/group.ts';
import type { Pace } from '../domain/pace.ts';
import type { Platform } from '../domain/platform.ts';
import { Prisma } from '../../generated/tracking/client.ts';
import type { Database } from '../runtime/database.ts';

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
  readonly createdAt: Date;
  readonly open: readonly OpenKnownBroadcast[];
}

const COLUMNS = Prisma.sql`broadcast_id AS id, identifier, state, root_id AS "rootId", title,
  scheduled_start AS "scheduledStart", started_at AS "startedAt", ended_at AS "endedAt",
  missing_since AS "missingSince", misses, details, version`;

/** Reads what a look compares its answer with. */
export function createLookStore(database: Database) {
  return {
    /** The keys among these that are tracked; the others are nobody's business any more. */
    async load(platform: Platform, identifiers: readonly string[]): Promise<RememberedStream[]> {
      const [streams, open] = await Promise.all([
        database.$queryRaw<Omit<RememberedStream, 'open'>[]>`
          SELECT identifier, title, login, coalesce(tracked_since, created_at) AS "trackedSince", pace, settled,
            gone_count AS "goneCount", quarantined_at AS "quarantinedAt", last_live_at AS "lastLiveAt", expected_until AS "expectedUntil",
            created_at AS "createdAt"
          FROM stream WHERE platform = ${platform} AND identifier = ANY(${identifiers}) AND guilds > 0`,
        database.$queryRaw<OpenKnownBroadcast[]>`
          SELECT ${COLUMNS} FROM broadcast
          WHERE platform = ${platform} AND identifier = ANY(${identifiers}) AND state IN ('scheduled', 'live')
          ORDER BY first_seen_at`,
      ]);
      const byIdentifier = groupBy(open, (broadcast) => broadcast.identifier);
      return streams.map((stream) => ({ ...stream, open: byIdentifier.get(stream.identifier) ?? [] }));
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
