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
  // In the others the recorder is asked and follows are said; neither is an event.
  const publishing = ['shared/pubsub/log-scripts.ts', 'shared/pubsub/publish-at.ts', 'shared/pubsub/recorder.ts'];
  expect(filesWith(/'PUBLISH'/)).toEqual(publishing);
  expect(filesWith(/publishAt\([^)]*(ONLINE|OFFLINE)_CHANNEL/)).toEqual([]);
  expect(filesWith(/\.publish\(ONLINE_CHANNEL|\.publish\(OFFLINE_CHANNEL/)).toEqual([]);
});

test('nobody subscribes to a channel whose listeners are counted as presence', () => {
  const named = filesWith(/['"](youtube|twitch|twitcasting)\.record['"]/i);
  expect(named).toEqual(['shared/contracts/recorder-channels.ts']);
  // Named there to be published to, by the table of requests; test/flows/recorder.test.ts watches what is subscribed to.
  expect(filesWith(/RECORD_CHANNELS/)).toEqual([...named, 'shared/store/recording-store.ts']);
  expect(filesWith(/\b[ps]subscribe\b|['"]youtube\.test['"]/i)).toEqual([]);
});
