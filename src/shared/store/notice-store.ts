import type { FollowSource, StreamName } from '../domain/follow.ts';
import { NOTICE_TABLES, type NoticeFollow, type NoticeState, type NoticeTable } from '../domain/notice.ts';
import type { Beliefs } from '../domain/notice-doubt.ts';
import type { Pin } from '../domain/pin.ts';
import type { Platform } from '../domain/platform.ts';
import type { StreamKey } from '../domain/stream-key.ts';
import type { Database } from '../runtime/database.ts';
import { plainText } from './postgres-text.ts';
import { identifiersOf, lockStreams, platformsOf, recount, type TrackingChange } from './stream-rows.ts';

/** How one of the bot's tables was last read. */
export interface NoticeTableState {
  readonly table: NoticeTable;
  /** Rows that could be used, of the last read that was believed. */
  readonly rows: number;
  /** Rows of it that could not be used. */
  readonly refused: number;
  readonly readAt: Date | null;
  /** Why a newer read is not believed. */
  readonly doubt: string | null;
  readonly doubtAt: Date | null;
}

const PAGE = 20_000;

/** What our tables hold of the bot's. */
export function createNoticeStore(database: Database) {
  async function follows(): Promise<NoticeState['follows']> {
    const all: (NoticeFollow & { source: FollowSource })[] = [];
    for (let after: Position = FIRST; ; ) {
      const page = await database.$queryRaw<FollowRow[]>`
        SELECT platform, identifier, guild_id AS "guildId", channel_id AS "channelId", source FROM follow
        WHERE (platform, identifier, guild_id, channel_id)
          > (${after.platform}, ${after.identifier}, ${after.guildId}, ${after.channelId})
        ORDER BY platform, identifier, guild_id, channel_id LIMIT ${PAGE}`;
      for (const { platform, identifier, ...rest } of page) all.push({ ...rest, target: { platform, identifier } });
      const last = page.at(-1);
      if (!last || page.length < PAGE) return all;
      after = last;
    }
  }

  async function pending(): Promise<NoticeState['pending']> {
    const rows = await database.$queryRaw<(StreamName & Omit<FollowRow, 'platform' | 'identifier'>)[]>`
      SELECT platform, kind, name, guild_id AS "guildId", channel_id AS "channelId", source FROM pending_follow
      WHERE action = 'follow'`;
    return rows.map(({ platform, kind, name, ...rest }) => ({ ...rest, target: { platform, kind, name } }));
  }

  async function tables(): Promise<NoticeTableState[]> {
    const rows = await database.noticeRead.findMany({ orderBy: { tableName: 'asc' } });
    return rows.map(({ tableName, ...row }) => ({ ...row, table: tableName as NoticeTable }));
  }

  return {
    tables,

    async state(): Promise<NoticeState> {
      const pins = await database.$queryRaw<Pin[]>`
        SELECT platform, identifier, reason, source FROM pin WHERE source = 'notice'`;
      const believed = new Map((await tables()).map(({ table, rows }) => [table, rows]));
      return { follows: await follows(), pending: await pending(), pins, believed };
    },

    /**
     * Ends follows that came from the bot's tables. One that has become an event's meanwhile stays, and so does one
     * that a later read has found there again.
     */
    async end(ended: readonly NoticeFollow[], readAt: string): Promise<TrackingChange> {
      const keys = ended.map(({ target }) => target);
      if (keys.length === 0) return { started: [], stopped: [] };
      return database.$transaction(async (tx) => {
        await lockStreams(tx, uniqueKeys(keys));
        await tx.$executeRaw`
          DELETE FROM follow f
          USING unnest(${platformsOf(keys)}::text[], ${identifiersOf(keys)}::text[], ${guildsOf(ended)}::text[],
            ${channelsOf(ended)}::text[]) AS e(platform, identifier, guild_id, channel_id)
          WHERE f.platform = e.platform AND f.identifier = e.identifier AND f.guild_id = e.guild_id
            AND f.channel_id = e.channel_id AND f.source = 'notice' AND f.said_at < ${readAt}::timestamptz`;
        return recount(tx, uniqueKeys(keys));
      });
    },

    /** Drops follows by names that nobody in the bot's tables asks for any more. */
    async forget(names: readonly NoticeFollow<StreamName>[], readAt: string): Promise<void> {
      const targets = names.map(({ target }) => target);
      await database.$executeRaw`
        DELETE FROM pending_follow p
        USING unnest(${targets.map(({ platform }) => platform)}::text[], ${targets.map(({ kind }) => kind)}::text[],
          ${targets.map(({ name }) => name)}::text[], ${guildsOf(names)}::text[], ${channelsOf(names)}::text[])
          AS f(platform, kind, name, guild_id, channel_id)
        WHERE p.platform = f.platform AND p.kind = f.kind AND p.name = f.name AND p.guild_id = f.guild_id
          AND p.channel_id = f.channel_id AND p.action = 'follow' AND p.source = 'notice'
          AND p.said_at < ${readAt}::timestamptz`;
    },

    /** Remembers what was believed of a read, and what was not. Of two reads the later one counts. */
    async remember(beliefs: Beliefs, readAt: string): Promise<void> {
      for (const table of NOTICE_TABLES) {
        const belief = beliefs[table];
        if (belief.kind === 'doubted') {
          const doubt = plainText(belief.doubt);
          await database.$executeRaw`
            INSERT INTO notice_read (table_name, rows, doubt, doubt_at) VALUES (${table}, 0, ${doubt}, ${readAt}::timestamptz)
            ON CONFLICT (table_name) DO UPDATE
            SET doubt = EXCLUDED.doubt, doubt_at = COALESCE(notice_read.doubt_at, EXCLUDED.doubt_at)`;
        } else if (belief.kind === 'believed') {
          await database.$executeRaw`
            INSERT INTO notice_read (table_name, rows, refused, read_at)
            VALUES (${table}, ${belief.rows}, ${belief.refused}, ${readAt}::timestamptz)
            ON CONFLICT (table_name) DO UPDATE
            SET rows = EXCLUDED.rows, refused = EXCLUDED.refused, read_at = EXCLUDED.read_at, doubt = NULL, doubt_at = NULL
            WHERE notice_read.read_at IS NULL OR notice_read.read_at < EXCLUDED.read_at`;
        }
      }
    },
  };
}

export type NoticeStore = ReturnType<typeof createNoticeStore>;

interface FollowRow {
  readonly platform: Platform;
  readonly identifier: string;
  readonly guildId: string;
  readonly channelId: string;
  readonly source: FollowSource;
}

/** Before all others. */
const FIRST: Position = { platform: '', identifier: '', guildId: '', channelId: '' };

type Position = Readonly<Record<'platform' | 'identifier' | 'guildId' | 'channelId', string>>;

function uniqueKeys(keys: readonly StreamKey[]): StreamKey[] {
  return [...new Map(keys.map((key) => [`${key.platform}/${key.identifier}`, key])).values()];
}

const guildsOf = (follows: readonly NoticeFollow<StreamKey | StreamName>[]): string[] =>
  follows.map(({ guildId }) => guildId);
const channelsOf = (follows: readonly NoticeFollow<StreamKey | StreamName>[]): string[] =>
  follows.map(({ channelId }) => channelId);
