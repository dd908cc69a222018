import Table from 'cli-table3';
import pc from 'picocolors';

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** For machines: one document, indented only for eyes. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, process.stdout.isTTY ? 2 : undefined));
}

/** Says what is going on, beside the result: to stderr, so that the result can be piped. */
export function tell(text: string): void {
  process.stderr.write(`tallylight: ${text}\n`);
}

/** Colours on a terminal, unless NO_COLOR is set; plain text everywhere else. */
export const colors = pc.createColors(process.stdout.isTTY === true && pc.isColorSupported);

export type Cell = string | number | { readonly text: string; readonly paint: (text: string) => string };

/** Columns, aligned, without lines around them: readable for people, and for `awk`. */
export function printTable(head: readonly string[], rows: readonly (readonly Cell[])[]): void {
  const table = new Table({ chars: NO_LINES, style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] } });
  table.push(head.map((name) => colors.bold(name)));
  for (const row of rows) table.push(row.map(render));
  print(table.toString().replace(/ +$/gm, ''));
}

function render(cell: Cell): string {
  return typeof cell === 'object' ? cell.paint(printable(cell.text)) : printable(String(cell));
}

/** Titles come from strangers: without control characters they cannot steer the terminal. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}|\p{Cf}/gu, (character) => (character === '\u200d' ? character : ' '));
}

/** A moment as people read it: UTC, to the second. */
export function when(date: Date | null): string {
  return date ? date.toISOString().replace('T', ' ').slice(0, 19) : '–';
}
