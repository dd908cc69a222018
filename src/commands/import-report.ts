import type { StreamName } from '../shared/domain/follow.ts';
import { NOTICE_TABLES, type NoticeFollow, type NoticeTable } from '../shared/domain/notice.ts';
import type { Belief } from '../shared/domain/notice-doubt.ts';
import { NOTICES_OF } from '../shared/domain/notice-plan.ts';
import type { Pin } from '../shared/domain/pin.ts';
import { keyText, type StreamKey } from '../shared/domain/stream-key.ts';
import { nameText } from '../shared/platforms/adapter.ts';
import type { Imported } from '../workers/import-notices.ts';
import { type Cell, colors, print, printTable } from './output.ts';

/** Of each kind of change; a first import has as many as there are rows. */
const SHOWN = 20;

interface ReportedFollow {
  /** A stream key or, where it has to be resolved first, a name. */
  readonly key: string;
  readonly guildId: string;
  readonly channelId: string;
}

/** What an import changed, or would change, as `--json` prints it. */
export interface ImportReport {
  readonly dryRun: boolean;
  readonly tables: readonly ReportedTable[];
  readonly follow: readonly ReportedFollow[];
  readonly resolve: readonly ReportedFollow[];
  readonly end: readonly ReportedFollow[];
  readonly forget: readonly ReportedFollow[];
  readonly pin: readonly ReportedPin[];
  readonly unpin: readonly ReportedPin[];
  readonly refused: Imported['refused'];
  /** Follows for which the limits leave no room; only an import that changes something knows. */
  readonly keptOut: readonly (ReportedFollow & { readonly reason: string })[];
}

interface ReportedTable {
  readonly table: NoticeTable;
  /** Usable rows; null when it was not read. */
  readonly rows: number | null;
  readonly refused: number;
  readonly follow: number;
  readonly end: number;
  readonly doubt: string | null;
}

interface ReportedPin {
  readonly key: string;
  readonly reason: string;
}

export function importReport({ plan, beliefs, reading, refused, keptOut }: Imported, dryRun: boolean): ImportReport {
  const of = (table: NoticeTable, follows: readonly NoticeFollow<StreamKey | StreamName>[]): number =>
    follows.filter(({ target }) => NOTICES_OF[target.platform] === table).length;
  return {
    dryRun,
    tables: NOTICE_TABLES.map((table) => {
      const read = reading.tables[table];
      return {
        table,
        rows: read.kind === 'read' ? read.rows : null,
        refused: read.kind === 'read' ? read.refused.length : 0,
        follow: of(table, plan.follow) + of(table, plan.resolve),
        end: of(table, plan.end) + of(table, plan.forget),
        doubt: doubtOf(beliefs[table]),
      };
    }),
    follow: plan.follow.map(reported),
    resolve: plan.resolve.map(reported),
    end: plan.end.map(reported),
    forget: plan.forget.map(reported),
    pin: plan.pin.map(reportedPin),
    unpin: plan.unpin.map(reportedPin),
    refused,
    keptOut: keptOut.map((each) => ({ ...reported(each), reason: each.reason })),
  };
}

export function showImport(report: ImportReport): void {
  printTable(['table', 'rows', 'refused', 'follow', 'end', 'state'], report.tables.map(tableRow));
  const { dryRun, follow, resolve, end, forget, pin, unpin, refused } = report;
  list(dryRun ? 'would be followed' : 'followed', follow.map(followText));
  list(dryRun ? 'would be followed once the name is resolved' : 'wait for their name', resolve.map(followText));
  list(dryRun ? 'would end' : 'ended', [...end, ...forget].map(followText));
  list(dryRun ? 'would be pinned' : 'pinned', pin.map(pinText));
  list(dryRun ? 'would be pinned no longer' : 'pinned no longer', unpin.map(pinText));
  list(
    'refused',
    refused.map(({ table, guildId, reason }) => `${table}${guildId ? ` guild ${guildId}` : ''}: ${reason}`),
  );
  list(
    'kept out by a limit',
    report.keptOut.map((each) => `${followText(each)}: ${each.reason}`),
  );
  print(`\n${summary(report)}`);
}

function summary({ dryRun, tables, ...changes }: ImportReport): string {
  const { follow, resolve, end, forget, pin, unpin } = changes;
  const count = [follow, resolve, end, forget, pin, unpin].reduce((sum, each) => sum + each.length, 0);
  const what = count === 0 ? "everything agrees with the bot's tables" : `${count} ${dryRun ? 'to change' : 'changed'}`;
  const doubted = tables.filter(({ doubt }) => doubt !== null).length;
  const still = dryRun && count > 0 ? '; nothing was changed' : '';
  if (doubted === 0) return `${what}${still}`;
  const remedy = 'if the tables are right as they are, run: tallylight import --accept';
  return `${what}${still}\n${doubted} of the bot's tables not believed, so nothing ends for them; ${remedy}`;
}

function tableRow({ table, rows, refused, follow, end, doubt }: ReportedTable): Cell[] {
  const state = doubt ?? (rows === null ? 'not there' : 'ok');
  return [table, rows ?? '–', refused, follow, end, { text: state, paint: doubt ? colors.yellow : String }];
}

function list(title: string, lines: readonly string[]): void {
  if (lines.length === 0) return;
  printTable(
    [`\n${title} (${lines.length})`],
    lines.slice(0, SHOWN).map((line) => [`  ${line}`]),
  );
  if (lines.length > SHOWN) print(`  … and ${lines.length - SHOWN} more`);
}

function followText({ key, guildId, channelId }: ReportedFollow): string {
  return `${key} guild ${guildId} channel ${channelId}`;
}

function pinText({ key, reason }: ReportedPin): string {
  return `${key} ${reason === 'record' ? 'marked to record' : 'in a followed category'}`;
}

function doubtOf(belief: Belief): string | null {
  return belief.kind === 'doubted' ? belief.doubt : null;
}

function reported({ target, guildId, channelId }: NoticeFollow<StreamKey | StreamName>): ReportedFollow {
  return { key: 'identifier' in target ? keyText(target) : nameText(target), guildId, channelId };
}

function reportedPin(pin: Pin): ReportedPin {
  return { key: keyText(pin), reason: pin.reason };
}
