import { groupBy } from '../domain/group.ts';
import type { Pace } from '../domain/pace.ts';
import type { Platform } from '../domain/platform.ts';
import type { PushTells } from '../domain/push-tells.ts';
import type { Database } from '../runtime/database.ts';
import { missedByPush, UNHEARD } from './push-misses.ts';

export interface PushJudgement {
  readonly topics: readonly string[];
  /** Whether pushes of this platform reach us at all, as far as we know. */
  readonly believed: boolean;
  readonly now: Date;
}

/** A key that is pushed from now on, or no longer. */
export interface SettledKey {
  readonly identifier: string;
  readonly pushed: boolean;
}

export interface MissQuestion {
  readonly tells: PushTells;
  /** Since when whoever receives pushes has been there without a break. What was missed before is our own fault. */
  readonly since: Date;
  /** A push may still be on its way for as long as this, ms. */
  readonly graceMs: number;
  readonly now: Date;
}

/** How long a missed change says something about a key's push, and about the platform's, ms. */
const TELLING_MS = 15 * 60_000;
const PLATFORM_TELLING_MS = 6 * 60 * 60_000;

/** Whether push works: which keys count as pushed, and what was missed by it. */
export function createPushHealthStore(database: Database) {
  return {
    /**
     * Writes down which keys of a platform count as pushed: all their topics are active and within their lease.
     * @returns the keys of which that changed
     */
    async settle(platform: Platform, { topics, believed, now }: PushJudgement): Promise<SettledKey[]> {
      return database.$transaction(async (tx) => {
        const moved = await tx.$queryRaw<SettledKey[]>`
          WITH healthy AS (
            SELECT identifier FROM push_subscription
            WHERE ${believed} AND platform = ${platform} AND topic = ANY(${topics}) AND state = 'active'
              AND (lease_until IS NULL OR lease_until > ${now})
            GROUP BY identifier HAVING count(*) = ${topics.length}
          )
          SELECT s.identifier, h.identifier IS NOT NULL AS pushed
          FROM stream s LEFT JOIN healthy h ON h.identifier = s.identifier
          WHERE s.platform = ${platform}
            AND ((s.pushed_at IS NULL) <> (h.identifier IS NULL) OR (s.pace = 'net' AND h.identifier IS NULL))
          ORDER BY s.identifier FOR UPDATE OF s`;
        for (const [pushed, rows] of groupBy(moved, (row) => row.pushed)) {
          await tx.$executeRaw`
            UPDATE stream SET pushed_at = ${pushed ? now : null}::timestamptz
            WHERE platform = ${platform} AND identifier = ANY(${rows.map((row) => row.identifier)})`;
        }
        return moved;
      });
    },

    /** @returns those whose pace was another, and that are still pushed or not as when it was decided */
    async setPaces(platform: Platform, paces: readonly { identifier: string; pace: Pace; pushed: boolean }[]) {
      const moved = await database.$queryRaw<{ identifier: string }[]>`
        UPDATE stream s SET pace = r.pace
        FROM unnest(${paces.map((one) => one.identifier)}::text[], ${paces.map((one) => one.pace)}::text[],
            ${paces.map((one) => one.pushed)}::boolean[]) AS r(identifier, pace, pushed)
        WHERE s.platform = ${platform} AND s.identifier = r.identifier AND s.pace <> r.pace
          AND (s.pushed_at IS NOT NULL) = r.pushed
        RETURNING s.identifier`;
      return moved.map((row) => row.identifier);
    },

    /**
     * Keys of which a poll found a change that should have been pushed: their subscriptions are made anew.
     * @returns the keys
     */
    async doubt(platform: Platform, { tells, since, graceMs, now }: MissQuestion): Promise<string[]> {
      const from = new Date(now.getTime() - TELLING_MS - graceMs);
      const rows = await database.$queryRaw<{ identifier: string }[]>`
        UPDATE push_subscription p SET state = 'failed', error = 'a change was found by a poll and not pushed',
          next_try_at = ${now}
        FROM change c
        WHERE ${missedByPush(platform, tells)} AND c.recorded_at BETWEEN ${from} AND ${new Date(now.getTime() - graceMs)}
          AND c.happened_at >= ${since} AND ${UNHEARD}
          AND p.platform = c.platform AND p.identifier = c.identifier AND p.state = 'active'
          AND p.confirmed_at < c.happened_at
        RETURNING p.identifier`;
      return [...new Set(rows.map((row) => row.identifier))];
    },

    /** How many changes of the platform were missed since anything was last heard from it. */
    async missedSinceHeard(platform: Platform, { tells, since, graceMs, now }: MissQuestion): Promise<number> {
      const from = new Date(now.getTime() - PLATFORM_TELLING_MS);
      const [row] = await database.$queryRaw<[{ count: bigint }]>`
        SELECT count(*) AS count FROM change c
        WHERE ${missedByPush(platform, tells)} AND c.recorded_at BETWEEN ${from} AND ${new Date(now.getTime() - graceMs)}
          AND c.happened_at >= ${since} AND ${UNHEARD}
          AND c.recorded_at > coalesce((SELECT max(heard_at) FROM push_subscription WHERE platform = ${platform}), '-infinity')`;
      return Number(row.count);
    },
  };
}

export type PushHealthStore = ReturnType<typeof createPushHealthStore>;
