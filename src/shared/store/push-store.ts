import { CATEGORIES } from '../domain/stream-key.ts';
import type { Platform } from '../domain/platform.ts';
import type { KnownPush, PushTopic, RemotePush } from '../domain/push-diff.ts';
import type { Database } from '../runtime/database.ts';
import { plainText } from './postgres-text.ts';
import { TRACKED } from './tracked.ts';

/** What is asked of a platform, and as of when. */
export interface PushPlan {
  /** What has to be subscribed for a key to count as pushed. */
  readonly topics: readonly string[];
  /** Of today's secret and callback. */
  readonly mark: string;
  readonly now: Date;
}

/** What was planned anew, in rows. */
export interface Planned {
  readonly wanted: number;
  readonly leaving: number;
}

/** What we asked platforms to tell us of. What is done about it, row by row, is in the push work store. */
export function createPushStore(database: Database) {
  return {
    /**
     * Makes the rows of a platform follow what is tracked: new ones for new keys, and an end for those whose key is known and
     * wanted by nobody. A key without a row in `stream` proves nothing, as when the table is empty because it is the wrong one.
     */
    async plan(platform: Platform, { topics, mark, now }: PushPlan): Promise<Planned> {
      const leaving = await database.$executeRaw`
        UPDATE push_subscription p SET state = 'leaving', tries = 0, next_try_at = ${now}
        FROM stream s
        WHERE p.platform = ${platform} AND s.platform = p.platform AND s.identifier = p.identifier AND p.state <> 'leaving'
          AND (NOT ${TRACKED} OR s.quarantined_at IS NOT NULL OR p.topic <> ALL(${topics}))`;
      const again = await database.$executeRaw`
        UPDATE push_subscription p SET state = 'wanted', tries = 0, error = NULL, next_try_at = ${now}
        FROM stream s
        WHERE p.platform = ${platform} AND s.platform = p.platform AND s.identifier = p.identifier
          AND ${TRACKED} AND s.quarantined_at IS NULL AND p.topic = ANY(${topics})
          AND (p.state = 'leaving' OR (p.mark <> ${mark} AND p.state IN ('pending', 'active')))`;
      const created = await database.$executeRaw`
        INSERT INTO push_subscription (platform, identifier, topic, state, next_try_at)
        SELECT s.platform, s.identifier, t.topic, 'wanted', ${now}
        FROM stream s CROSS JOIN unnest(${topics}::text[]) AS t(topic)
        WHERE s.platform = ${platform} AND ${TRACKED} AND s.quarantined_at IS NULL
          AND (${platform} <> 'youtube' OR s.identifier <> ALL(${CATEGORIES}))
          AND NOT EXISTS (SELECT 1 FROM push_subscription p
            WHERE p.platform = s.platform AND p.identifier = s.identifier AND p.topic = t.topic)
        ON CONFLICT DO NOTHING`;
      return { wanted: created + again, leaving };
    },

    /** Whether this is asked for and its key tracked. */
    async wants(platform: Platform, { identifier, topic }: PushTopic): Promise<boolean> {
      const rows = await database.$queryRaw<unknown[]>`
        SELECT 1 AS found FROM push_subscription p
        JOIN stream s ON s.platform = p.platform AND s.identifier = p.identifier
        WHERE p.platform = ${platform} AND p.identifier = ${identifier} AND p.topic = ${topic} AND p.state <> 'leaving'
          AND ${TRACKED}`;
      return rows.length > 0;
    },

    /** All rows of a platform. */
    async all(platform: Platform): Promise<KnownPush[]> {
      return database.$queryRaw<KnownPush[]>`
        SELECT identifier, topic, state, remote_id AS "remoteId", mark FROM push_subscription
        WHERE platform = ${platform} ORDER BY identifier, topic`;
    },

    /** The platform has them; from now on we know by which ids. */
    async adopt(platform: Platform, found: readonly RemotePush[], { mark, now }: { mark: string; now: Date }) {
      await database.$executeRaw`
        UPDATE push_subscription p SET state = f.state, remote_id = f.remote_id, mark = ${mark}, tries = 0, error = NULL,
          next_try_at = ${now}, confirmed_at = CASE WHEN f.state = 'active' THEN ${now} ELSE p.confirmed_at END
        FROM unnest(${found.map((one) => one.identifier)}::text[], ${found.map((one) => one.topic)}::text[],
            ${found.map((one) => one.remoteId)}::text[], ${found.map((one) => one.state)}::text[])
          AS f(identifier, topic, remote_id, state)
        WHERE p.platform = ${platform} AND p.identifier = f.identifier AND p.topic = f.topic AND p.state <> 'leaving'`;
    },

    /** They are not there any more, or tell nothing: to be made anew at once. Those that are being ended, end. */
    async lose(platform: Platform, lost: readonly PushTopic[], { reason, now }: { reason: string; now: Date }) {
      await database.$executeRaw`
        UPDATE push_subscription p SET state = 'failed', remote_id = NULL, lease_until = NULL, error = ${plainText(reason)},
          next_try_at = ${now}
        FROM unnest(${lost.map((one) => one.identifier)}::text[], ${lost.map((one) => one.topic)}::text[])
          AS f(identifier, topic)
        WHERE p.platform = ${platform} AND p.identifier = f.identifier AND p.topic = f.topic AND p.state <> 'leaving'`;
    },

    /** Somebody who knows says that they tell nothing any more: what is tracked of these keys is asked for again, now. */
    async askAgain(platform: Platform, identifiers: readonly string[], now: Date): Promise<number> {
      return database.$executeRaw`
        UPDATE push_subscription p SET state = 'wanted', tries = 0, next_try_at = ${now}
        FROM stream s
        WHERE p.platform = ${platform} AND p.identifier = ANY(${[...identifiers]}) AND p.state <> 'leaving'
          AND s.platform = p.platform AND s.identifier = p.identifier AND ${TRACKED}`;
    },

    /** The platform asked back, and it counts from now on. */
    async confirm(platform: Platform, { identifier, topic, leaseUntil, renewAt, now }: Confirmation): Promise<void> {
      await database.$executeRaw`
        UPDATE push_subscription SET state = 'active', confirmed_at = ${now}, lease_until = ${leaseUntil}, tries = 0,
          error = NULL, next_try_at = ${renewAt ?? now}
        WHERE platform = ${platform} AND identifier = ${identifier} AND topic = ${topic} AND state <> 'leaving'`;
    },

    /** Something verified came by these. */
    async hear(platform: Platform, topics: readonly PushTopic[], now: Date): Promise<void> {
      await database.$executeRaw`
        UPDATE push_subscription p SET heard_at = ${now}
        FROM unnest(${topics.map((one) => one.identifier)}::text[], ${topics.map((one) => one.topic)}::text[])
          AS f(identifier, topic)
        WHERE p.platform = ${platform} AND p.identifier = f.identifier AND p.topic = f.topic`;
    },
  };
}

export type PushStore = ReturnType<typeof createPushStore>;

export interface Confirmation extends PushTopic {
  readonly leaseUntil: Date | null;
  /** When it is renewed; null: never. */
  readonly renewAt: Date | null;
  readonly now: Date;
}
