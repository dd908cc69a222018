import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '..');
const page = readFileSync(path.join(ROOT, 'docs', 'guarantees.md'), 'utf8');
const promised = page.slice(page.indexOf('## What is promised'), page.indexOf('## What is not promised'));
const rows = promised
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| promise |'))
  .map((line) => line.slice(2, -2).split(' | '));

describe('docs/guarantees.md', () => {
  it('says of each promise how it is kept, and names the test that tries to break it', () => {
    expect(rows.length).toBeGreaterThan(20);
    const unproved = rows.filter(([promise, kept, broken = '']) => {
      const tests = [...broken.matchAll(/`(test\/[\w./-]+)`/g)].map(([, file]) => path.join(ROOT, file ?? ''));
      const isNamed = tests.some((file) => existsSync(file)) || broken.startsWith('the same; `npm run ');
      return !promise || !kept || !(isNamed || /`npm run (chaos|fuzz|bench)`/.test(broken));
    });
    expect(unproved).toEqual([]);
  });

  it('names tests of which each could fail: they hold expectations, or share them with others', () => {
    const files = [...page.matchAll(/`(test\/[\w./-]+\.test\.ts)`/g)].map(([, file]) => file ?? '');
    const empty = files.filter(
      (file) => !/\bexpect\(|\btrials\(\)\./.test(readFileSync(path.join(ROOT, file), 'utf8')),
    );
    expect([files.length > 20, empty]).toEqual([true, []]);
  });
});
