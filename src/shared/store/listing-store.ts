import type { Platform } from '../domain/platform.ts';
import type { Database } from '../runtime/database.ts';
import { TRACKED } from './tracked.ts';

/** A tracked key as an operator sees it. */
export interface ListedKey {
  readonly platform: Platform;
  readonly identifier: string;
  readonly title: string | null;
  readonly login: string | null;
  readonly guilds: number;
  /** Wishes that are no guild's: a followed category, a mark to record. */
  readonly pins: number;
  readonly follows: number;
  readonly pace: string;
  /** Since when the platform tells us of its changes by itself. */
  readonly pushedAt: Date | null;
  readonly quarantinedAt: Date | null;
  readonly lastLiveAt: Date | null;
  /** Its broadcast that is on air or, else, the next one announced. */
  readonly broadcast: ListedBroadcast | null;
}

export interface ListedBroadcast {
  readonly id: string;
  readonly state: 'live' | 'scheduled';
  readonly title: string;
  readonly startedAt: string | null;
  readonly scheduledStart: string | null;
}

export interface ListingFilter {
  readonly platform: Platform | null;
  readonly liveOnly: boolean;
}

const PAGE = 5_000;

/** All tracked keys, ordered by platform and identifier, in pages, so that memory stays bounded. */
export async function* listKeys(database: Database, filter: ListingFilter): AsyncGenerator<ListedKey[]> {
  for (let after = { platform: '', identifier: '' }; ; ) {
    const page = await readPage(database, filter, after);
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    after = last;
  }
}

interface Position {
  readonly platform: string;
  readonly identifier: string;
}

function readPage(database: Database, { platform, liveOnly }: ListingFilter, after: Position): Promise<ListedKey[]> {
  return database.$queryRaw<ListedKey[]>`
    SELECT s.platform, s.identifier, s.title, s.login, s.guilds, s.pins, s.pace, s.pushed_at AS "pushedAt",
      s.quarantined_at AS "quarantinedAt", s.last_live_at AS "lastLiveAt", open.broadcast,
      (SELECT count(*)::int FROM follow f WHERE f.platform = s.platform AND f.identifier = s.identifier) AS follows
    FROM stream s
    LEFT JOIN LATERAL (
      SELECT jsonb_build_object('id', b.broadcast_id, 'state', b.state, 'title', b.title,
        'startedAt', b.started_at, 'scheduledStart', b.scheduled_start) AS broadcast
      FROM broadcast b
      WHERE b.platform = s.platform AND b.identifier = s.identifier AND b.state IN ('live', 'scheduled')
      ORDER BY b.state, b.scheduled_start, b.broadcast_id LIMIT 1
    ) open ON true
    WHERE ${TRACKED} AND (s.platform, s.identifier) > (${after.platform}, ${after.identifier})
      AND (${platform}::text IS NULL OR s.platform = ${platform})
      AND (NOT ${liveOnly} OR open.broadcast->>'state' = 'live')
    ORDER BY s.platform, s.identifier LIMIT ${PAGE}`;
}
