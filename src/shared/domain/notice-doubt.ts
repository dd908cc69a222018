import { MAY_BE_MISSING, NOTICE_TABLES, type NoticeTable, type TableRead } from './notice.ts';

/** Whether a read of a table is believed. Only one that is may end anything. */
export type Belief =
  | { readonly kind: 'believed'; readonly rows: number; readonly refused: number }
  /** Nothing is known of it and nothing depends on it: a table that never was there. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'doubted'; readonly doubt: string };

export type Beliefs = Readonly<Record<NoticeTable, Belief>>;

export interface Before {
  /** Rows of the last read of a table that was believed. */
  readonly believed: ReadonlyMap<NoticeTable, number>;
  /** An operator says that what was read is right. What could not be read is not read by that. */
  readonly accept: boolean;
}

/** Judges all reads of one import. */
export function judgeReads(reads: Readonly<Record<NoticeTable, TableRead>>, { believed, accept }: Before): Beliefs {
  return Object.fromEntries(
    NOTICE_TABLES.map((table) => [table, judge(table, reads[table], { before: believed.get(table), accept })]),
  ) as Record<NoticeTable, Belief>;
}

interface Standpoint {
  readonly before: number | undefined;
  readonly accept: boolean;
}

function judge(table: NoticeTable, read: TableRead, { before = 0, accept }: Standpoint): Belief {
  if (read.kind === 'failed') return { kind: 'doubted', doubt: read.reason };
  if (read.kind === 'missing') {
    if (before > 0 && accept) return { kind: 'believed', rows: 0, refused: 0 };
    if (before === 0 && MAY_BE_MISSING.includes(table)) return { kind: 'absent' };
    return { kind: 'doubted', doubt: missing(before) };
  }
  const { rows, refused } = read;
  const isShrunken = before > 0 && rows * 2 <= before;
  if (isShrunken && !accept) return { kind: 'doubted', doubt: shrunken(rows, before) };
  return { kind: 'believed', rows, refused: refused.length };
}

function missing(before: number): string {
  const had = before > 0 ? `, which had ${before} usable rows` : '';
  return `the database has no such table${had}, or the account may not read it`;
}

function shrunken(rows: number, before: number): string {
  return `${rows === 0 ? 'no usable row' : `only ${rows} usable rows`} where there were ${before}`;
}
