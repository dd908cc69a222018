import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { HINT_CHANNELS, readHintMessage, withoutSignature } from '../../src/shared/contracts/hint-messages.ts';
import { PLATFORMS } from '../../src/shared/domain/platform.ts';
import { anyBytes, bytesOf, mutantsOf } from './arbitraries/mutants.ts';
import { HUGE_TEXTS, nastyJson, nastyText } from './arbitraries/nasty.ts';
import { testBorder } from './border.ts';
import { CANARY, expectReason } from './reason.ts';

const GOLDEN = path.resolve(import.meta.dirname, '..', 'contract', 'golden', 'neighbours.golden.json');
/** Of each channel, what truly comes on it. */
const SAID = JSON.parse(readFileSync(GOLDEN, 'utf8')) as Record<string, string[]>;
/** TwitCasting's webhook carries its secret in the body. */
const SIGNED = (SAID['twitcasting.pubsub.startlive'] ?? []).map((text) =>
  text.replace(/\(the constant[^)]*\)/, CANARY),
);
const OBJECTS = [...Object.values(SAID).flat(), ...SIGNED].filter((text) => text.startsWith('{'));
const TEXTS = Object.values(SAID)
  .flat()
  .filter((text) => !text.startsWith('{'));

interface Hint {
  readonly channel: string;
  readonly raw: Buffer;
}

/** Plain texts as they come, and with something before, behind or in them. */
const plainTexts = fc
  .tuple(fc.constantFrom(...TEXTS), nastyText, fc.constantFrom('whole', 'before', 'behind', 'quoted', 'colon'))
  .map(
    ([text, other, how]) =>
      ({ whole: text, before: other + text, behind: text + other, quoted: `"${text}"`, colon: `${text}:${other}` })[
        how
      ],
  );

testBorder<Hint>({
  name: 'hints',
  inputs: fc.record({
    channel: fc.constantFrom(...HINT_CHANNELS),
    raw: fc.oneof(
      { weight: 4, arbitrary: bytesOf(mutantsOf(...OBJECTS)) },
      { weight: 3, arbitrary: bytesOf(plainTexts) },
      { weight: 1, arbitrary: bytesOf(nastyJson) },
      { weight: 1, arbitrary: bytesOf(nastyText) },
      { weight: 1, arbitrary: anyBytes },
    ),
  }),
  corpus: HINT_CHANNELS.flatMap((channel) => corpusOf().map((text) => ({ channel, raw: Buffer.from(text) }))),
  take({ channel, raw }) {
    const reading = readHintMessage(channel, raw);
    if (reading.kind === 'refused') {
      // Whoever calls the secret by another name than TwitCasting does is not TwitCasting.
      if (raw.includes(`"signature":"${CANARY}"`)) expect(withoutSignature(raw).includes(CANARY)).toBe(false);
      return expectReason(reading.reason, ['message']);
    }
    const { platform, channel: of, broadcastId } = reading.word;
    expect(PLATFORMS).toContain(platform);
    expect(of === null && broadcastId === null).toBe(false);
    if (broadcastId !== null) expect(broadcastId).toMatch(/^[\w-]{1,64}$/);
    if (of !== null) expect('identifier' in of ? of.identifier : of.name).toMatch(/^[^\p{C}\s]{1,128}$/u);
    return 'accepted';
  },
});

/** Nobody's channels, and names that every object has. */
testBorder<string>({
  name: 'channels of hints',
  inputs: nastyText,
  quick: 300,
  corpus: [
    '__proto__',
    'constructor',
    'toString',
    'stream.follow',
    'youtube.record',
    'YOUTUBE.STARTSTREAM',
    'x'.repeat(1_000_000),
  ],
  take(channel) {
    const reading = readHintMessage(channel, Buffer.from('dQw4w9WgXcQ'));
    if (reading.kind === 'word') throw new Error('read as a hint');
    return expectReason(reading.reason, ['message']);
  },
});

function corpusOf(): string[] {
  return [
    ...SIGNED,
    ...SIGNED.map((text) => `[${text}]`),
    ...SIGNED.map((text) => `\ufeff ${text}`),
    ...HUGE_TEXTS.slice(0, 3),
    '',
  ];
}
