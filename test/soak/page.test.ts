import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { Report } from '../../soak/report/report.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const page = readFileSync(path.join(ROOT, 'docs', 'soak.md'), 'utf8');
const sections = page.split(/^## /m).filter((section) => section.startsWith('Last'));

it('shows the results of a run', () => {
  expect(sections.length).toBeGreaterThan(0);
});

it.each(sections)('shows every line of the report it names, and no other: %s', (section) => {
  const file = /\(\.\.\/(bench\/results\/[^)]+\.json)\)/.exec(section)?.[1] ?? '';
  const report = JSON.parse(readFileSync(path.join(ROOT, file), 'utf8')) as Report;
  const rows = [
    ...report.findings.map(
      ({ what, found, wanted, ok }) => `| ${what} | ${found} | ${wanted} | ${ok ? 'yes' : 'NO'} |`,
    ),
    ...Object.entries(report.facts).map(([what, value]) => `| ${what} | ${value} | | |`),
  ];
  const shown = section.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| what'));
  expect(shown).toEqual(rows);
  expect(section).toContain(report.command);
  expect(section).toContain(file.replace(/json$/, 'svg'));
});
