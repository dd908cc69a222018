import type { StreamName } from '../domain/follow.ts';
import {
  NOTICE_TABLES,
  type NoticeFollow,
  type NoticeTable,
  type OwnedChannel,
  type RefusedRow,
  type TableRead,
} from '../domain/notice.ts';
import type { StreamKey } from '../domain/stream-key.ts';
import type { NamedKey } from '../platforms/learned-name.ts';
import type { ServerFault } from '../runtime/server-fault.ts';
import { NOTICE_COLUMNS } from './notice-columns.ts';
import { type NoticeDatabase, withNoticeDatabase } from './notice-database.ts';
import { reachNotices } from './reach-notices.ts';
import { readColumns, readTable, type TextRow } from './read-table.ts';
import { meaningOf } from './row-meaning.ts';

/** What the bot's tables say, with names as they stand there. */
export interface RawNotices {
  readonly tables: Record<NoticeTable, TableRead>;
  /** Why the database as a whole cannot be used; null when it answered. */
  readonly fault: ServerFault | null;
  readonly follows: NoticeFollow<StreamKey | StreamName>[];
  /** Whom names mean, by the bot's own tables. */
  readonly learned: NamedKey[];
  readonly owned: OwnedChannel[];
  readonly trusted: string[];
  readonly marked: (StreamKey | StreamName)[];
}

/** Reads all tables of the bot, each by itself: one that fails does not keep the others from being read. Never throws. */
export async function readNotices(url: string): Promise<RawNotices> {
  const fault = await reachNotices(url);
  if (fault) return nothing(fault);
  try {
    return await withNoticeDatabase(url, (database) => readTables(database, url));
  } catch (error) {
    return nothing({ kind: 'away', message: `the bot's database cannot be read: ${reasonOf(error)}` });
  }
}

function nothing(fault: ServerFault): RawNotices {
  const failed: TableRead = { kind: 'failed', reason: fault.message };
  const tables = Object.fromEntries(NOTICE_TABLES.map((table) => [table, failed])) as Record<NoticeTable, TableRead>;
  return { tables, fault, follows: [], learned: [], owned: [], trusted: [], marked: [] };
}

async function readTables(database: NoticeDatabase, url: string): Promise<RawNotices> {
  const columns = await readColumns(database);
  const raw: RawNotices = { ...nothing({ kind: 'away', message: 'not read yet' }), fault: null };
  for (const table of NOTICE_TABLES) {
    raw.tables[table] = await readOne(database, { table, columns: columns.get(table), raw });
    const fault = raw.tables[table].kind === 'failed' ? await reachNotices(url) : null;
    if (fault) return lost(raw, { from: table, fault });
  }
  return raw;
}

/** What was read before the server went away counts. */
function lost(raw: RawNotices, { from, fault }: { from: NoticeTable; fault: ServerFault }): RawNotices {
  for (const table of NOTICE_TABLES.slice(NOTICE_TABLES.indexOf(from))) {
    raw.tables[table] = { kind: 'failed', reason: fault.message };
  }
  return { ...raw, fault };
}

interface OneTable {
  readonly table: NoticeTable;
  /** The columns it has; undefined when there is no such table. */
  readonly columns: ReadonlySet<string> | undefined;
  /** Where what its rows say is added. */
  readonly raw: RawNotices;
}

async function readOne(database: NoticeDatabase, { table, columns, raw }: OneTable): Promise<TableRead> {
  if (!columns) return { kind: 'missing' };
  const names = NOTICE_COLUMNS[table].map((spellings) => spellings.find((name) => columns.has(name)));
  const missing = NOTICE_COLUMNS[table].filter((_spellings, at) => names[at] === undefined);
  if (missing.length > 0) {
    return {
      kind: 'failed',
      reason: `it has no column ${missing.map((spellings) => spellings.join(' or ')).join(', ')}`,
    };
  }
  try {
    const rows = await readTable(
      database,
      table,
      names.filter((name) => name !== undefined),
    );
    return take(table, rows, raw);
  } catch (error) {
    return { kind: 'failed', reason: reasonOf(error) };
  }
}

function take(table: NoticeTable, rows: readonly TextRow[], raw: RawNotices): TableRead {
  const refused: RefusedRow[] = [];
  for (const row of rows) {
    const meaning = meaningOf(table, row);
    if (typeof meaning === 'string') {
      refused.push({ table, reason: meaning, guildId: table.startsWith('notice_') ? (row[0] ?? null) : null });
      continue;
    }
    if (meaning.follow) raw.follows.push(meaning.follow);
    if (meaning.learned) raw.learned.push(meaning.learned);
    if (meaning.owned) raw.owned.push(meaning.owned);
    if (meaning.trusted) raw.trusted.push(meaning.trusted);
    if (meaning.marked) raw.marked.push(meaning.marked);
  }
  return { kind: 'read', rows: rows.length - refused.length, refused };
}

/** What the server or the driver said, without the code that asked. */
function reasonOf(error: unknown): string {
  const { meta, message } = error as { meta?: { driverAdapterError?: { cause?: Cause } }; message?: string };
  const said = meta?.driverAdapterError?.cause;
  const text = said?.originalMessage ?? message?.trim().split('\n').at(-1) ?? String(error);
  return text.trim().split('\n')[0] ?? '';
}

interface Cause {
  readonly originalMessage?: string;
}
