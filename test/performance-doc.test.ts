import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { Report } from '../bench/report/save.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const page = readFileSync(path.join(ROOT, 'docs', 'performance.md'), 'utf8');

function number(value: number | null): string {
  if (value === null) return '–';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
}

it('shows every figure of the result it names, and no other', () => {
  const file = /\(\.\.\/(bench\/results\/[^)]+)\)/.exec(page)?.[1] ?? '';
  const report = JSON.parse(readFileSync(path.join(ROOT, file), 'utf8')) as Report;
  const rows = report.measured.flatMap(({ figures }) =>
    figures.map(
      ({ what, unit, value, reference, ratio }) =>
        `| ${what} (${unit}) | ${number(value)} | ${number(reference)} | ${number(ratio)} |`,
    ),
  );
  const shown = page.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| figure'));
  expect(shown).toEqual(rows);
});
