import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const SRC = path.resolve(import.meta.dirname, '..', 'src');

const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.startsWith('generated'))
  .map((file) => ({ file: file.replaceAll(path.sep, '/'), text: readFileSync(path.join(SRC, file), 'utf8') }));

const filesWith = (pattern: RegExp): string[] =>
  sources
    .filter(({ text }) => pattern.test(text))
    .map(({ file }) => file)
    .sort();

test('changes are written in one file, which is used in one place, by the look', () => {
  expect(filesWith(/INSERT INTO change\b|\.change\.create/)).toEqual(['shared/store/record-store.ts']);
  expect(filesWith(/createRecordLooks\(/)).toEqual(['shared/store/record-store.ts', 'wiring/polling.ts']);
  expect(filesWith(/await recordLooks\(/)).toEqual(['workers/look.ts']);
});

test('events are published in one file', () => {
  expect(filesWith(/'PUBLISH'/)).toEqual(['shared/pubsub/log-scripts.ts']);
  expect(filesWith(/\.publish\(ONLINE_CHANNEL|\.publish\(OFFLINE_CHANNEL/)).toEqual([]);
});

test('nobody subscribes to a channel whose listeners are counted as presence', () => {
  expect(filesWith(/psubscribe|['"](youtube|twitch|twitcasting)\.record['"]|['"]youtube\.test['"]/i)).toEqual([]);
});
