import { Prisma } from '../../generated/tracking/client.ts';
import type { Platform } from '../domain/platform.ts';
import type { KnownPush, PushState, PushTopic } from '../domain/push-diff.ts';
import { pushRenewAt, pushRetryAfter } from '../domain/push-retry.ts';
import type { Database } from '../runtime/database.ts';
import { plainText } from './postgres-text.ts';
import { TRACKED } from './tracked.ts';

/** A row that somebody works on. */
export interface PushWork extends KnownPush {
  readonly leaseUntil: Date | null;
  readonly tries: number;
}

export interface WorkWish {
  readonly states: readonly PushState[];
  readonly limit: number;
  readonly now: Date;
}

export interface SubscribedPush {
  readonly state: 'pending' | 'active';
  readonly remoteId: string | null;
  readonly leaseUntil: Date | null;
  readonly mark: string;
  /** When it was asked for: a confirmation may have come before the answer. */
  readonly askedAt: Date;
  readonly now: Date;
}

/** Longer than one request to a platform may take: then whoever took a row has died. */
const TAKEN_MS = 60_000;
/** A subscription that was not confirmed by then is asked for again; doubled each time. */
const CONFIRM_WITHIN_MS = 2 * 60_000;

/** The rows about which something is to be done now, each by one process. */
export function createPushWorkStore(database: Database) {
  const row = (platform: Platform, { identifier, topic }: PushTopic): Prisma.Sql =>
    Prisma.sql`platform = ${platform} AND identifier = ${identifier} AND topic = ${topic}`;

  return {
    /**
     * Takes rows of these states whose time has come, the most wanted keys first. Nobody else gets them until they are put
     * back, or a minute has passed. Active ones only come while they have a lease to renew.
     */
    async take(platform: Platform, { states, limit, now }: WorkWish): Promise<PushWork[]> {
      if (limit <= 0) return [];
      return database.$queryRaw<PushWork[]>`
        UPDATE push_subscription p SET next_try_at = ${new Date(now.getTime() + TAKEN_MS)}
        FROM (
          SELECT q.platform, q.identifier, q.topic FROM push_subscription q
          JOIN stream s ON s.platform = q.platform AND s.identifier = q.identifier
          WHERE q.platform = ${platform} AND q.state = ANY(${states}) AND q.next_try_at <= ${now}
            AND (q.state = 'leaving' OR (${TRACKED} AND s.quarantined_at IS NULL))
            AND (q.state <> 'active' OR q.lease_until IS NOT NULL)
          ORDER BY s.guilds DESC, s.pins DESC, q.identifier, q.topic
          LIMIT ${limit} FOR UPDATE OF q SKIP LOCKED
        ) due
        WHERE p.platform = due.platform AND p.identifier = due.identifier AND p.topic = due.topic
        RETURNING p.identifier, p.topic, p.state, p.remote_id AS "remoteId", p.mark, p.lease_until AS "leaseUntil", p.tries`;
    },

    /** How many the platform has of us, as far as we know. */
    async standing(platform: Platform): Promise<number> {
      return database.pushSubscription.count({ where: { platform, state: { in: ['pending', 'active'] } } });
    },

    /** One whose key was unfollowed meanwhile keeps its end in sight, and is ended by the id that we have learned now. */
    async subscribed(platform: Platform, work: PushWork, done: SubscribedPush): Promise<void> {
      const { state, remoteId, leaseUntil, mark, askedAt, now } = done;
      const unconfirmed = new Date(now.getTime() + CONFIRM_WITHIN_MS * 2 ** Math.min(work.tries, 5));
      const renewAt = pushRenewAt(leaseUntil, now) ?? now;
      await database.$executeRaw`
        UPDATE push_subscription SET remote_id = ${remoteId}, mark = ${mark}, error = NULL,
          state = CASE WHEN state = 'leaving' THEN state
            WHEN ${state} = 'active' OR confirmed_at >= ${askedAt} OR (state = 'active' AND lease_until > ${now}) THEN 'active'
            ELSE 'pending' END,
          lease_until = coalesce(${leaseUntil}::timestamptz, lease_until),
          confirmed_at = CASE WHEN ${state} = 'active' THEN ${now}::timestamptz ELSE confirmed_at END,
          tries = CASE WHEN ${state} = 'active' THEN 0 WHEN confirmed_at >= ${askedAt} THEN tries ELSE tries + 1 END,
          next_try_at = CASE WHEN state = 'leaving' THEN ${now}::timestamptz
            WHEN ${state} = 'active' THEN ${renewAt}::timestamptz
            WHEN confirmed_at >= ${askedAt} THEN next_try_at ELSE ${unconfirmed}::timestamptz END
        WHERE ${row(platform, work)}`;
    },

    /** One with a lease counts as active until that is over, whatever becomes of its renewal. */
    async failed(platform: Platform, work: PushWork, { error, now }: { error: string; now: Date }): Promise<void> {
      await database.$executeRaw`
        UPDATE push_subscription SET tries = tries + 1, error = ${plainText(error)},
          next_try_at = ${new Date(now.getTime() + pushRetryAfter(work.tries + 1))},
          state = CASE WHEN state = 'leaving' OR (state = 'active' AND lease_until > ${now}) THEN state ELSE 'failed' END
        WHERE ${row(platform, work)}`;
    },

    /** The old one is gone from the platform. */
    async removed(platform: Platform, work: PushWork): Promise<void> {
      await database.$executeRaw`UPDATE push_subscription SET remote_id = NULL WHERE ${row(platform, work)}`;
    },

    /** Ended for good, unless somebody wants it again by now. */
    async ended(platform: Platform, work: PushWork): Promise<void> {
      await database.$executeRaw`
        UPDATE push_subscription SET remote_id = NULL, lease_until = NULL WHERE ${row(platform, work)} AND state <> 'leaving'`;
      await database.$executeRaw`DELETE FROM push_subscription WHERE ${row(platform, work)} AND state = 'leaving'`;
    },

    /** Nothing was done about them: they wait until then. */
    async putBack(platform: Platform, works: readonly PushTopic[], until: Date): Promise<void> {
      if (works.length === 0) return;
      await database.$executeRaw`
        UPDATE push_subscription p SET next_try_at = ${until}
        FROM unnest(${works.map((one) => one.identifier)}::text[], ${works.map((one) => one.topic)}::text[])
          AS f(identifier, topic)
        WHERE p.platform = ${platform} AND p.identifier = f.identifier AND p.topic = f.topic`;
    },
  };
}

export type PushWorkStore = ReturnType<typeof createPushWorkStore>;
