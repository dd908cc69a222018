import type { NameWish, StreamName } from '../domain/follow.ts';
import type { Platform } from '../domain/platform.ts';
import { nameText } from '../platforms/adapter.ts';
import type { NamedKey } from '../platforms/learned-name.ts';
import type { Database } from '../runtime/database.ts';
import { latestWishes, type PendingRow, type PendingWish, pendingWish } from './pending-wishes.ts';
import { crowdedOut } from './pending-room.ts';
import { jsonbText, plainText } from './postgres-text.ts';

/** What a name stood for when it was last resolved. */
export interface Remembered {
  readonly identifier: string;
  readonly resolvedAt: Date;
}

/** A name that waits, for people. */
export interface PendingName extends StreamName {
  readonly wishes: number;
  readonly tries: number;
  readonly lastError: string | null;
  readonly nextTryAt: Date;
  readonly since: Date;
}

/** A try that taught us nothing, or that nobody has the name. */
export interface FailedTry {
  readonly name: StreamName;
  readonly error: string;
  readonly nextTryAt: Date;
}

/** What names stand for, and the wishes that wait to know it. */
export function createNameStore(database: Database) {
  return {
    /** @returns what is remembered of them, keyed by `nameText`; how old that may be is the caller's to judge */
    async lookUp(names: readonly StreamName[]): Promise<Map<string, Remembered>> {
      if (names.length === 0) return new Map();
      const rows = await database.$queryRaw<(StreamName & Remembered)[]>`
        SELECT r.platform, r.kind, r.name, r.identifier, r.resolved_at AS "resolvedAt" FROM resolved_name r
        JOIN unnest(${platforms(names)}::text[], ${kinds(names)}::text[], ${texts(names)}::text[]) AS n(platform, kind, name)
          ON r.platform = n.platform AND r.kind = n.kind AND r.name = n.name`;
      return new Map(rows.map((row) => [nameText(row), row]));
    },

    async remember(named: readonly NamedKey[], now: Date): Promise<void> {
      const latest = [...new Map(named.map((each) => [nameText(each.name), each])).values()];
      const names = latest.map((each) => each.name);
      if (latest.length === 0) return;
      await database.$executeRaw`
        INSERT INTO resolved_name (platform, kind, name, identifier, resolved_at)
        SELECT n.*, ${now}::timestamptz
        FROM unnest(${platforms(names)}::text[], ${kinds(names)}::text[], ${texts(names)}::text[],
          ${latest.map((each) => each.identifier)}::text[]) AS n(platform, kind, name, identifier)
        ORDER BY n.platform, n.kind, n.name
        ON CONFLICT (platform, kind, name) DO UPDATE
        SET identifier = EXCLUDED.identifier, resolved_at = EXCLUDED.resolved_at`;
    },

    /**
     * Keeps wishes until their names are resolved. Of the same wish said twice the later one is kept.
     * @param perGuild most that a guild may follow and wait to follow
     * @returns the follows that are not kept, because of that
     */
    async keep(wishes: readonly NameWish[], now: Date, perGuild = Infinity): Promise<ReadonlySet<NameWish>> {
      const out = await crowdedOut(database, latestWishes(wishes), perGuild);
      const latest = latestWishes(wishes).filter((wish) => !out.has(wish));
      const names = latest.map((wish) => wish.target);
      if (latest.length === 0) return out;
      const follows = latest.map((wish) => (wish.action === 'follow' ? wish : undefined));
      await database.$executeRaw`
        INSERT INTO pending_follow (platform, kind, name, action, guild_id, channel_id, user_id, said_at, priority, source,
          metadata, next_try_at)
        SELECT w.platform, w.kind, w.name, w.action, w.guild_id, w.channel_id, w.user_id, w.said_at, w.priority, w.source,
          w.metadata::jsonb, ${now}::timestamptz
        FROM unnest(
          ${platforms(names)}::text[], ${kinds(names)}::text[], ${texts(names)}::text[],
          ${latest.map((wish) => wish.action)}::text[], ${latest.map((wish) => wish.guildId)}::text[],
          ${follows.map((wish) => wish?.channelId ?? '')}::text[], ${latest.map((wish) => wish.userId)}::text[],
          ${latest.map((wish) => wish.saidAt)}::timestamptz[], ${follows.map((wish) => wish?.priority ?? null)}::text[],
          ${latest.map((wish) => wish.source)}::text[],
          ${follows.map((wish) => (wish?.metadata ? jsonbText(wish.metadata) : null))}::text[]
        ) AS w(platform, kind, name, action, guild_id, channel_id, user_id, said_at, priority, source, metadata)
        ORDER BY w.platform, w.kind, w.name, w.guild_id, w.channel_id, w.action
        ON CONFLICT (platform, kind, name, guild_id, channel_id, action) DO UPDATE
        SET user_id = EXCLUDED.user_id, said_at = EXCLUDED.said_at, priority = EXCLUDED.priority, source = EXCLUDED.source,
          metadata = EXCLUDED.metadata, next_try_at = LEAST(pending_follow.next_try_at, EXCLUDED.next_try_at)
        WHERE pending_follow.said_at < EXCLUDED.said_at`;
      return out;
    },

    /** Names of a platform that are due to be resolved, the longest due first. */
    async due(platform: Platform, now: Date, limit: number): Promise<(StreamName & { tries: number })[]> {
      return database.$queryRaw`
        SELECT platform, kind, name, max(tries) AS tries FROM pending_follow
        WHERE platform = ${platform} AND next_try_at <= ${now}::timestamptz
        GROUP BY platform, kind, name ORDER BY min(next_try_at), name LIMIT ${limit}`;
    },

    /** All wishes that wait for these names. */
    async pending(names: readonly StreamName[]): Promise<PendingWish[]> {
      if (names.length === 0) return [];
      const rows = await database.$queryRaw<PendingRow[]>`
        SELECT p.id, p.platform, p.kind, p.name, p.action, p.guild_id AS "guildId", p.channel_id AS "channelId",
          p.user_id AS "userId", p.priority, p.source, p.metadata,
          to_char(p.said_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "saidAt"
        FROM pending_follow p
        JOIN unnest(${platforms(names)}::text[], ${kinds(names)}::text[], ${texts(names)}::text[]) AS n(platform, kind, name)
          ON p.platform = n.platform AND p.kind = n.kind AND p.name = n.name
        ORDER BY p.id`;
      return rows.map(pendingWish);
    },

    /** Forgets wishes that were applied, unless a later one has taken their place meanwhile. */
    async settle(applied: readonly PendingWish[]): Promise<void> {
      if (applied.length === 0) return;
      await database.$executeRaw`
        DELETE FROM pending_follow p
        USING unnest(${applied.map(({ id }) => id)}::bigint[], ${applied.map(({ wish }) => wish.saidAt)}::timestamptz[])
          AS a(id, said_at)
        WHERE p.id = a.id AND p.said_at = a.said_at`;
    },

    async failed(failures: readonly FailedTry[]): Promise<void> {
      const names = failures.map((failure) => failure.name);
      if (failures.length === 0) return;
      await database.$executeRaw`
        UPDATE pending_follow p SET tries = p.tries + 1, last_error = f.error, next_try_at = f.next_try_at
        FROM unnest(${platforms(names)}::text[], ${kinds(names)}::text[], ${texts(names)}::text[],
          ${failures.map((failure) => plainText(failure.error).slice(0, 500))}::text[],
          ${failures.map((failure) => failure.nextTryAt)}::timestamptz[]) AS f(platform, kind, name, error, next_try_at)
        WHERE p.platform = f.platform AND p.kind = f.kind AND p.name = f.name`;
    },

    /** What waits, the longest waiting first, for people to see. */
    async waiting(limit: number): Promise<PendingName[]> {
      return database.$queryRaw`
        SELECT platform, kind, name, count(*)::int AS wishes, max(tries) AS tries, max(last_error) AS "lastError",
          min(next_try_at) AS "nextTryAt", min(created_at) AS since
        FROM pending_follow GROUP BY platform, kind, name ORDER BY min(created_at), name LIMIT ${limit}`;
    },
  };
}

export type NameStore = ReturnType<typeof createNameStore>;

const platforms = (names: readonly StreamName[]): string[] => names.map((name) => name.platform);
const kinds = (names: readonly StreamName[]): string[] => names.map((name) => name.kind);
const texts = (names: readonly StreamName[]): string[] => names.map((name) => name.name);
