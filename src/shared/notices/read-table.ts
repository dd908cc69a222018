import { Prisma } from '../../generated/notices/client.ts';
import type { NoticeDatabase, NoticeTransaction } from './notice-database.ts';

/** Most rows in one answer. */
const PAGE = 10_000;

/** No name or id is longer; a `longtext` may hold gigabytes. */
const LONGEST = 200;

/** A row's columns in the order asked for, NULL as the empty text. */
export type TextRow = readonly string[];

/** The columns of every table of the bot's database that our account may see. */
export async function readColumns(database: NoticeDatabase): Promise<Map<string, Set<string>>> {
  const rows = await database.$queryRaw<{ t: string; c: string }[]>`
    SELECT table_name AS t, column_name AS c FROM information_schema.columns WHERE table_schema = DATABASE()`;
  const columns = new Map<string, Set<string>>();
  for (const { t: table, c: column } of rows) columns.set(table, (columns.get(table) ?? new Set()).add(column));
  return columns;
}

/**
 * All different rows of a table, as they were at one moment. No key can be relied on, so the pages are found by the
 * values themselves, compared byte for byte: the tables' own collation takes `UCa` and `UCA` for the same.
 * @param names of the table and its columns; they are put into the statement as they are
 */
export function readTable(database: NoticeDatabase, table: string, names: readonly string[]): Promise<TextRow[]> {
  return database.$transaction(
    async (tx) => {
      const rows: TextRow[] = [];
      for (let page = await readPage(tx, { table, names }); ; ) {
        for (const row of page) rows.push(row);
        const last = page.at(-1);
        if (!last || page.length < PAGE) return rows;
        page = await readPage(tx, { table, names, after: last });
      }
    },
    { isolationLevel: 'RepeatableRead' },
  );
}

interface Question {
  readonly table: string;
  readonly names: readonly string[];
  readonly after?: TextRow;
}

async function readPage(tx: NoticeTransaction, { table, names, after }: Question): Promise<TextRow[]> {
  const columns = names.map(
    (name, at) =>
      Prisma.sql`COALESCE(LEFT(CONVERT(${quoted(name)} USING utf8mb4), ${LONGEST}), '') COLLATE utf8mb4_bin AS ${alias(at)}`,
  );
  const aliases = Prisma.join(names.map((_name, at) => alias(at)));
  const beyond = after ? Prisma.sql`HAVING (${aliases}) > (${Prisma.join([...after])})` : Prisma.empty;
  const rows = await tx.$queryRaw<Record<string, string>[]>`
    SELECT DISTINCT ${Prisma.join(columns)} FROM ${quoted(table)} ${beyond} ORDER BY ${aliases} LIMIT ${PAGE}`;
  return rows.map((row) => names.map((_name, at) => row[`c${at}`] ?? ''));
}

function quoted(name: string): Prisma.Sql {
  return Prisma.raw(`\`${name.replaceAll('`', '``')}\``);
}

function alias(at: number): Prisma.Sql {
  return Prisma.raw(`c${at}`);
}
