import { colors, print, printTable } from '../../src/commands/output.ts';
import type { Figure, Measured } from './figure.ts';

const HEAD = ['figure', 'Tallylight', 'reference', 'ratio', 'wanted', ''];

/** A result as people read it. */
export function printMeasured({ title, meaning, figures }: Measured): void {
  print(`\n${colors.bold(title)}`);
  for (const line of meaning) print(colors.dim(line));
  print('');
  printTable(
    HEAD,
    figures.map((figure) => [
      `${figure.what} (${figure.unit})`,
      number(figure.value),
      number(figure.reference),
      number(figure.ratio),
      wantedText(figure),
      verdict(figure),
    ]),
  );
}

function number(value: number | null): string {
  if (value === null) return '';
  if (!Number.isFinite(value)) return '?';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
}

function wantedText({ wanted, reference }: Figure): string {
  if (wanted === null) return '';
  const bound = 'atLeast' in wanted ? `≥ ${wanted.atLeast}` : `≤ ${wanted.atMost}`;
  return reference === null ? bound : `${bound} ×`;
}

function verdict({ met }: Figure) {
  if (met === null) return '';
  return met ? { text: 'yes', paint: colors.green } : { text: 'NO', paint: colors.red };
}
