import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { settingsCommand } from '../src/commands/settings.ts';
import { LIVE_NAMES } from '../src/shared/config/variables.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const page = readFileSync(path.join(ROOT, 'docs', 'settings.md'), 'utf8');
const named = (text: string): string[] => [...text.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g)].map(([name]) => name).sort();

describe('docs/settings.md', () => {
  it('says of each setting that can be changed, once, what follows, and of no other', () => {
    const firsts = page.split('\n').flatMap((line) => /^\| (`.*?`) \|/.exec(line)?.[1] ?? []);
    expect(named(firsts.join())).toEqual([...LIVE_NAMES].sort());
  });

  it('names no other setting anywhere', () => {
    expect(named(page).filter((name) => !(LIVE_NAMES as readonly string[]).includes(name))).toEqual([]);
  });

  it('quotes what the log says', () => {
    const quoted = ['settings changed', 'settings cannot be read, the last ones stay in force'].concat(
      'a row of the table of settings is ignored',
      'schedules follow the intervals in force',
    );
    const sources = ['settings-watch', 'interval-watch'].map((file) =>
      readFileSync(path.join(ROOT, 'src', 'workers', `${file}.ts`), 'utf8'),
    );
    for (const text of quoted) {
      expect(page).toContain(`\`${text}\``);
      expect(sources.join()).toContain(`'${text}'`);
    }
  });
});

it('the help of the command names exactly those that can be changed', () => {
  const written: string[] = [];
  settingsCommand()
    .configureOutput({ writeOut: (text) => void written.push(text) })
    .outputHelp();
  const help = written.join('');
  const listed = help.slice(help.indexOf('These can be changed:'), help.indexOf('All others'));
  expect(named(listed)).toEqual([...LIVE_NAMES].sort());
});
