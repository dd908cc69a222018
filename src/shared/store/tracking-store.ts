import { Prisma } from '../../generated/tracking/client.ts';
import type { KeyWish } from '../domain/follow.ts';
import { type FoldedWishes, foldWishes } from '../domain/fold-wishes.ts';
import { type FollowLimits, type RefusedFollow, UNLIMITED } from '../domain/follow-limits.ts';
import type { Pace } from '../domain/pace.ts';
import type { Platform } from '../domain/platform.ts';
import type { StreamKey } from '../domain/stream-key.ts';
import type { Database, Transaction } from '../runtime/database.ts';
import { refuseFollows } from './follow-room.ts';
import { createFollowTotals } from './follow-totals.ts';
import { jsonbText } from './postgres-text.ts';
import { identifiersOf, lockStreams, platformsOf, recount, type TrackingChange } from './stream-rows.ts';
import { TRACKED } from './tracked.ts';

/** A tracked key with how often it is looked at. */
export interface TrackedKey extends StreamKey {
  readonly pace: Pace;
}

/** What wishes came to. */
export interface Applied extends TrackingChange {
  /** Follows for which the limits leave no room. */
  readonly refused: readonly RefusedFollow<StreamKey>[];
}

/**
 * Who wants what. The latest event wins by its own timestamp; on a tie an unfollow does, so that all listeners agree.
 * @param limits those in force, asked for each time
 */
export function createTrackingStore(database: Database, limits: () => FollowLimits = () => UNLIMITED) {
  const totals = createFollowTotals(database);

  return {
    /** Applies wishes in one transaction. Applying them again, or in another order, changes nothing. */
    async apply(wishes: readonly KeyWish[]): Promise<Applied> {
      const folded = foldWishes(wishes);
      if (folded.keys.length === 0) return { started: [], stopped: [], refused: [] };
      if (folded.follows.length > 0) await totals.refresh();
      return database.$transaction(async (tx) => {
        await lockStreams(tx, folded.keys);
        await saveUnfollows(tx, folded.unfollows);
        const refused = await refuseFollows(tx, folded.follows, { limits: limits(), totals });
        const kept = new Set<unknown>(refused.map(({ wish }) => wish));
        await saveFollows(
          tx,
          folded.follows.filter((wish) => !kept.has(wish)),
        );
        return { ...(await recount(tx, folded.keys)), refused };
      });
    },

    /** Which of the keys are tracked now. */
    async trackedAmong(keys: readonly StreamKey[]): Promise<TrackedKey[]> {
      return database.$queryRaw<TrackedKey[]>`
        SELECT s.platform, s.identifier, s.pace FROM stream s
        JOIN unnest(${platformsOf(keys)}::text[], ${identifiersOf(keys)}::text[]) AS k(platform, identifier)
          ON s.platform = k.platform AND s.identifier = k.identifier
        WHERE ${TRACKED}`;
    },

    /**
     * Which of the keys are known and nobody wants them: the only evidence on which anything is stopped. A key that
     * has no row proves nothing, as when the table is empty because it is the wrong one.
     */
    async untrackedAmong(keys: readonly StreamKey[]): Promise<StreamKey[]> {
      return database.$queryRaw<StreamKey[]>`
        SELECT s.platform, s.identifier FROM stream s
        JOIN unnest(${platformsOf(keys)}::text[], ${identifiersOf(keys)}::text[]) AS k(platform, identifier)
          ON s.platform = k.platform AND s.identifier = k.identifier
        WHERE NOT ${TRACKED}`;
    },

    /** All tracked keys of a platform, read in pages so that no answer is unbounded. */
    async tracked(platform: Platform): Promise<TrackedKey[]> {
      const keys: TrackedKey[] = [];
      for (let after = ''; ; ) {
        const page = await database.$queryRaw<TrackedKey[]>`
          SELECT s.platform, s.identifier, s.pace FROM stream s
          WHERE s.platform = ${platform} AND s.identifier > ${after} AND ${TRACKED}
          ORDER BY s.identifier LIMIT 20000`;
        keys.push(...page);
        const last = page.at(-1);
        if (!last || page.length < 20_000) return keys;
        after = last.identifier;
      }
    },

    /** Ends a quarantine. @returns false when the key is in none */
    async release({ platform, identifier }: StreamKey): Promise<boolean> {
      const { count } = await database.stream.updateMany({
        where: { platform, identifier, quarantinedAt: { not: null } },
        data: { quarantinedAt: null, goneCount: 0, pace: 'normal' },
      });
      return count > 0;
    },

    /** Drops unfollows too old for a late follow to be undone by them. One may still wait for its name. */
    forgetUnfollows(before: Date): Promise<number> {
      return database.$executeRaw`
        DELETE FROM unfollow u WHERE u.said_at < ${before} AND NOT EXISTS (
          SELECT 1 FROM pending_follow p WHERE p.platform = u.platform AND p.guild_id = u.guild_id)`;
    },
  };
}

export type TrackingStore = ReturnType<typeof createTrackingStore>;

async function saveUnfollows(tx: Transaction, unfollows: FoldedWishes['unfollows']): Promise<void> {
  if (unfollows.length === 0) return;
  const keys = unfollows.map((wish) => wish.target);
  const guilds = unfollows.map((wish) => wish.guildId);
  const saidAt = unfollows.map((wish) => wish.saidAt);
  await tx.$executeRaw`
    INSERT INTO unfollow (platform, identifier, guild_id, said_at)
    SELECT * FROM unnest(${platformsOf(keys)}::text[], ${identifiersOf(keys)}::text[], ${guilds}::text[], ${saidAt}::timestamptz[])
    ON CONFLICT (platform, identifier, guild_id) DO UPDATE SET said_at = EXCLUDED.said_at
    WHERE unfollow.said_at < EXCLUDED.said_at`;
  await tx.$executeRaw`
    DELETE FROM follow f
    USING unnest(${platformsOf(keys)}::text[], ${identifiersOf(keys)}::text[], ${guilds}::text[], ${saidAt}::timestamptz[])
      AS w(platform, identifier, guild_id, said_at)
    WHERE f.platform = w.platform AND f.identifier = w.identifier AND f.guild_id = w.guild_id AND f.said_at <= w.said_at`;
}

/** What somebody told us takes the place of what was found in the bot's tables, whenever it was said, and never the other way round. */
const LATER_OR_TOLD = Prisma.sql`CASE
  WHEN EXCLUDED.source = 'notice' THEN follow.source = 'notice' AND follow.said_at < EXCLUDED.said_at
  ELSE follow.source = 'notice' OR follow.said_at < EXCLUDED.said_at END`;

async function saveFollows(tx: Transaction, follows: FoldedWishes['follows']): Promise<void> {
  if (follows.length === 0) return;
  const keys = follows.map((wish) => wish.target);
  await tx.$executeRaw`
    INSERT INTO follow (platform, identifier, guild_id, channel_id, user_id, said_at, priority, source, metadata)
    SELECT w.platform, w.identifier, w.guild_id, w.channel_id, w.user_id, w.said_at, w.priority, w.source, w.metadata::jsonb
    FROM unnest(
      ${platformsOf(keys)}::text[], ${identifiersOf(keys)}::text[], ${follows.map((wish) => wish.guildId)}::text[],
      ${follows.map((wish) => wish.channelId)}::text[], ${follows.map((wish) => wish.userId)}::text[],
      ${follows.map((wish) => wish.saidAt)}::timestamptz[], ${follows.map((wish) => wish.priority)}::text[],
      ${follows.map((wish) => wish.source)}::text[], ${follows.map((wish) => wish.metadata && jsonbText(wish.metadata))}::text[]
    ) AS w(platform, identifier, guild_id, channel_id, user_id, said_at, priority, source, metadata)
    LEFT JOIN unfollow u ON u.platform = w.platform AND u.identifier = w.identifier AND u.guild_id = w.guild_id
    WHERE u.said_at IS NULL OR w.said_at > u.said_at
    ON CONFLICT (platform, identifier, guild_id, channel_id) DO UPDATE
    SET user_id = EXCLUDED.user_id, said_at = EXCLUDED.said_at, priority = EXCLUDED.priority, source = EXCLUDED.source,
        metadata = EXCLUDED.metadata
    WHERE ${LATER_OR_TOLD}`;
}
