import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, expect } from 'vitest';
import { compare, judgeEvent, judgeRepeat } from '../../src/client/catch-up.ts';
import { filePositionStore } from '../../src/client/file-position-store.ts';
import { type Follow, followMessage } from '../../src/client/follow-message.ts';
import type { Position } from '../../src/client/position.ts';
import { readStatusEvent, readStream } from '../../src/client/read-event.ts';
import { readMessage } from '../../src/producers/read-message.ts';
import { statusEvent } from '../../src/shared/contracts/status-events.ts';
import { anyBytes, bytesOf, mutantsOf } from './arbitraries/mutants.ts';
import { HUGE_TEXTS, nastyText } from './arbitraries/nasty.ts';
import { testBorder } from './border.ts';

const GOLDEN = path.resolve(import.meta.dirname, '..', 'contract', 'golden');
const [ONLINE, OFFLINE] = ['online', 'offline'].map((name) =>
  readFileSync(path.join(GOLDEN, `streams.${name}.golden.json`), 'utf8'),
);
const EVENT = statusEvent.parse(JSON.parse(ONLINE ?? ''));
const { Epoch, Sequence } = EVENT.Metadata;
const AT: Position = { epoch: Epoch, sequence: String(BigInt(Sequence) - 1n), live: {}, ended: [] };
const directory = mkdtempSync(path.join(tmpdir(), 'tallylight-bad-'));

afterAll(() => rmSync(directory, { recursive: true }));

testBorder<Buffer>({
  name: 'events for shards',
  quick: 500,
  inputs: fc.oneof(
    { weight: 8, arbitrary: bytesOf(mutantsOf(ONLINE ?? '', OFFLINE ?? '')) },
    { weight: 1, arbitrary: anyBytes },
  ),
  corpus: [...HUGE_TEXTS, (ONLINE ?? '').replace('"1042"', `"1${'0'.repeat(2_000_000)}"`)].map((text) =>
    Buffer.from(text),
  ),
  take(raw) {
    const event = readStatusEvent(raw);
    if (event === null) return readStream(raw) === null ? 'no event' : 'a stream of the snapshot';
    // What this version does not know goes on to the callback as it came.
    expect(readStatusEvent(Buffer.from(JSON.stringify(event)))).toEqual(event);
    expect(event.Metadata.Sequence.length).toBeLessThanOrEqual(20);
    const verdict = judgeEvent(AT, event);
    const next = verdict.kind === 'step' ? verdict.step.next : AT;
    judgeRepeat(next, event);
    const live = Object.fromEntries(event.Streams.map((stream) => [`${stream.Platform}/${stream.VideoId}`, stream]));
    expect(compare(next, { epoch: Epoch, sequence: '2000', live }, true).length).toBeGreaterThan(0);
    expect(Object.getPrototypeOf(next.live)).toBe(Object.prototype);
    return 'accepted';
  },
});

const SAVED = [
  JSON.stringify({ full: true, epoch: Epoch, sequence: '1041', on: {}, off: [], ended: [] }),
  JSON.stringify({
    epoch: Epoch,
    sequence: '1042',
    on: { 'twitch/1': EVENT.Streams[0] },
    off: ['twitch/2'],
    ended: ['twitch/2'],
  }),
];

/** A file that a disk, or a person, has damaged. */
testBorder<Buffer>({
  name: 'saved positions',
  inputs: bytesOf(
    fc.tuple(mutantsOf(SAVED[0] ?? ''), mutantsOf(SAVED[1] ?? '')).map((lines) => `${lines.join('\n')}\n`),
  ),
  quick: 300,
  corpus: [
    'null\n',
    '[]\n',
    '{}\n',
    '{"epoch":"x","on":null,"full":true}\n',
    '{"epoch":"x","on":{},"full":true}\n',
    '\n',
    '',
  ].map((text) => Buffer.from(text)),
  async take(content) {
    const file = path.join(directory, 'position.journal');
    writeFileSync(file, content);
    const store = filePositionStore(file);
    try {
      const position = await store.load();
      if (position === null) return 'nothing saved';
      // Whatever was taken for a position can be gone on from, and saved again.
      const [step] = compare(position, { epoch: 'new', sequence: '7', live: {} }, true);
      BigInt(position.sequence);
      await store.save(step?.next ?? position);
      return 'accepted';
    } catch (error) {
      expect(String(error)).toMatch(/^Error: .* is damaged; without it nobody knows what was missed/);
      return 'damaged';
    } finally {
      await store.close?.();
    }
  },
});

const ids = fc.oneof(
  fc.bigInt({ min: -1n, max: 2n ** 64n }),
  fc.bigInt({ min: -1n, max: 2n ** 64n }).map(String),
  nastyText,
);
const follows = fc.record({
  platform: fc.constant('twitch' as const),
  streamKey: fc.oneof(nastyText, fc.constant('44445555')),
  ...{ guildId: ids, channelId: ids, userId: fc.option(ids) },
  metadata: fc.option(fc.dictionary(nastyText, fc.oneof(nastyText, fc.jsonValue(), fc.bigInt()))),
});

/** What a shard's own program gives the client: refused there, by its name, or read by Tallylight to the last digit. */
testBorder<Follow>({
  name: 'follows of the client',
  inputs: follows,
  corpus: [{ platform: 'twitch', streamKey: '1', guildId: 'x'.repeat(1_000_000), channelId: '1' }],
  take(follow) {
    try {
      const { channel, message } = followMessage(follow, '2026-09-26T10:00:00.000001Z');
      const { events, refusals } = readMessage({ channel, raw: Buffer.from(message) });
      if (events.length === 0) expect(refusals[0]?.reason).toMatch(/^stream_key: /);
      for (const { said } of events)
        expect(said).toMatchObject({ guildId: `${follow.guildId}`.trim(), saidAt: '2026-09-26T10:00:00.000001Z' });
      return events.length > 0 ? 'accepted' : 'stream_key: not a channel';
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
      expect(error.message).toMatch(
        /^(platform|streamKey|guildId|channelId|userId|metadata|platformData): expected |^the message has/,
      );
      expect(error.message.length).toBeLessThanOrEqual(300);
      return error.message.slice(0, error.message.indexOf(','));
    }
  },
});
