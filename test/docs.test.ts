import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CATALOG } from '../src/commands/catalog.ts';
import { VARIABLES } from '../src/shared/config/variables.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const PAGES = [
  ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];
const read = (page: string): string => readFileSync(path.join(ROOT, page), 'utf8');
const found = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1] ?? '');

const commands = new Set(['help', ...CATALOG.map((entry) => entry.name)]);
const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts;
/** Named in the docs, but not ours: exit codes, SQL, Redis and the like are not in capitals with an underscore. */
const FOREIGN = new Set([
  'FLUSHALL',
  'EventId',
  'NODE_EXTRA_CA_CERTS',
  'ON_ERROR_STOP',
  'POSTGRES_USER',
  'POSTGRES_PASSWORD',
]);

describe.each(PAGES)('%s', (page) => {
  const text = read(page);

  it('links to what exists', () => {
    const targets = found(text, /\]\(([^)#]+)[^)]*\)/g).filter((target) => !/^[a-z]+:/.test(target));
    const missing = targets.filter((target) => !existsSync(path.resolve(ROOT, path.dirname(page), target)));
    expect(missing).toEqual([]);
  });

  it('names files that exist', () => {
    const named = found(text, /`((?:src|test|simulator|bench|prisma|docs|deploy)\/[\w./-]+)`/g);
    expect(named.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
  });

  it('names commands and scripts that exist', () => {
    const called = found(text, /(?:^|[`$] ?|-- )tallylight ([a-z]+)/gm);
    expect(called.filter((name) => !commands.has(name))).toEqual([]);
    const run = found(text, /npm run (?:-s )?([\w:-]+)/g);
    expect(run.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('names settings that exist', () => {
    const named = found(text, /\b([A-Z]{2,}(?:_[A-Z]{2,})+)\b/g);
    expect(named.filter((name) => !(name in VARIABLES) && !FOREIGN.has(name))).toEqual([]);
  });
});

it('the changelog names every command', () => {
  const text = read('CHANGELOG.md');
  expect(CATALOG.map((entry) => entry.name).filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
});
