import type { Snowflake } from '../domain/follow.ts';
import {
  admitFollows,
  type FollowLimits,
  type KeyFollow,
  type NewFollow,
  type RefusedFollow,
} from '../domain/follow-limits.ts';
import type { StreamKey } from '../domain/stream-key.ts';
import type { Transaction } from '../runtime/database.ts';
import type { FollowTotals, Totals } from './follow-totals.ts';
import { identifiersOf, platformsOf } from './stream-rows.ts';

/** Sets the lock apart from all others in the database. */
const LIMIT_LOCK = 7_270_003;

/**
 * So many follows of a guild may be under way in other transactions, which nobody sees yet: this close to its limit one
 * transaction is let through at a time. Two full batches of other processes.
 */
const GUILD_MARGIN = 1_000;

/** The same for the totals, which are as old as `FollowTotals` lets them be. */
const TOTALS_MARGIN = 20_000;

/**
 * Which of the follows the limits keep out. A row that is there already is never kept out.
 * The rows of the keys are locked, so that what is new stays new until the transaction ends.
 */
export async function refuseFollows(
  tx: Transaction,
  follows: readonly KeyFollow[],
  { limits, totals }: { limits: FollowLimits; totals: FollowTotals },
): Promise<RefusedFollow<StreamKey>[]> {
  const { fresh, ofGuild } = await newAmong(tx, follows);
  const sums = totals.known();
  if (fresh.length === 0) return [];
  if (!isNear({ fresh, ofGuild, sums }, limits)) return [];
  // Nobody waits for a row of a key after this, so nobody waits in a circle.
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${LIMIT_LOCK}::bigint)`;
  const again = await newAmong(tx, follows);
  const isTotalNear = isNear({ fresh, ofGuild: new Map(), sums }, { ...limits, perGuild: Infinity });
  const exact = isTotalNear ? await totals.count(tx) : sums;
  return admitFollows(again.fresh, limits, { ...exact, ofGuild: again.ofGuild });
}

interface Fresh {
  readonly fresh: readonly NewFollow[];
  /** What its guilds follow so far. */
  readonly ofGuild: ReadonlyMap<Snowflake, number>;
}

function isNear({ fresh, ofGuild, sums }: Fresh & { sums: Totals }, limits: FollowLimits): boolean {
  const most = Math.max(0, ...ofGuild.values());
  return (
    most + fresh.length + GUILD_MARGIN > limits.perGuild ||
    sums.follows + fresh.length + TOTALS_MARGIN > limits.follows ||
    sums.keys + fresh.length + TOTALS_MARGIN > limits.keys
  );
}

async function newAmong(tx: Transaction, follows: readonly KeyFollow[]): Promise<Fresh> {
  const keys = follows.map((wish) => wish.target);
  const rows = await tx.$queryRaw<{ position: number; startsKey: boolean; held: number }[]>`
    WITH fresh AS (
      SELECT w.position, w.guild_id, s.pins = 0 AND NOT EXISTS (
          SELECT 1 FROM follow o WHERE o.platform = w.platform AND o.identifier = w.identifier) AS starts_key
      FROM unnest(
        ${platformsOf(keys)}::text[], ${identifiersOf(keys)}::text[], ${follows.map((wish) => wish.guildId)}::text[],
        ${follows.map((wish) => wish.channelId)}::text[], ${follows.map((wish) => wish.saidAt)}::timestamptz[]
      ) WITH ORDINALITY AS w(platform, identifier, guild_id, channel_id, said_at, position)
      JOIN stream s ON s.platform = w.platform AND s.identifier = w.identifier
      LEFT JOIN unfollow u ON u.platform = w.platform AND u.identifier = w.identifier AND u.guild_id = w.guild_id
      WHERE (u.said_at IS NULL OR w.said_at > u.said_at) AND NOT EXISTS (
        SELECT 1 FROM follow f WHERE f.platform = w.platform AND f.identifier = w.identifier
          AND f.guild_id = w.guild_id AND f.channel_id = w.channel_id)
    ), counted AS (
      SELECT f.guild_id, count(*)::int AS held FROM follow f
      WHERE f.guild_id IN (SELECT guild_id FROM fresh) GROUP BY f.guild_id
    )
    SELECT n.position::int - 1 AS position, n.starts_key AS "startsKey", coalesce(c.held, 0) AS held
    FROM fresh n LEFT JOIN counted c ON c.guild_id = n.guild_id`;
  const ofGuild = new Map<Snowflake, number>();
  const fresh = rows.flatMap(({ position, startsKey, held }): NewFollow[] => {
    const wish = follows[position];
    if (wish) ofGuild.set(wish.guildId, held);
    return wish ? [{ wish, startsKey }] : [];
  });
  return { fresh, ofGuild };
}
