import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { type HeardEvent, type Message, readMessage } from '../../src/producers/read-message.ts';
import { jsonbText } from '../../src/shared/store/postgres-text.ts';
import { anyBytes, bytesOf, mutantsOf } from './arbitraries/mutants.ts';
import { HUGE_TEXTS, nastyJson } from './arbitraries/nasty.ts';
import { testBorder } from './border.ts';
import { expectReason } from './reason.ts';

const GOLDEN = path.resolve(import.meta.dirname, '..', 'contract', 'golden');
const golden = (name: string): string => readFileSync(path.join(GOLDEN, `${name}.golden.json`), 'utf8');

const FOLLOW = golden('stream.follow');
const UNFOLLOW = golden('stream.unfollow');
/** The depth of a message is bounded as a whole. */
const MOST_BRACKETS = 60;
const PLACES = ['message', 'platform', 'stream_key', 'guild_id', 'channel_id', 'user_id', 'metadata'];
/** Most characters of what a follow keeps as metadata. */
const MOST_METADATA = 8_192;

const channels = fc.constantFrom('stream.follow', 'stream.unfollow');
const messages: fc.Arbitrary<Message> = fc.record({
  channel: channels,
  raw: fc.oneof(
    { weight: 6, arbitrary: bytesOf(mutantsOf(FOLLOW, UNFOLLOW, pascal(FOLLOW), `[${FOLLOW},${UNFOLLOW}]`)) },
    { weight: 1, arbitrary: bytesOf(nastyJson) },
    { weight: 1, arbitrary: anyBytes },
  ),
});

testBorder<Message>({
  name: 'follow messages',
  inputs: messages,
  corpus: [...HUGE_TEXTS, ...floods()].map((text) => ({ channel: 'stream.follow', raw: Buffer.from(text) })),
  take(message) {
    const { events, refusals } = readMessage(message);
    for (const event of events) expectUsable(event);
    const reasons = refusals.map(({ reason }) => expectReason(reason, PLACES));
    expect(events.length + refusals.length).toBeGreaterThan(0);
    return reasons[0] ?? 'accepted';
  },
});

/** Elements of an array, each of which stands for itself. */
testBorder<readonly string[]>({
  name: 'follows in one array',
  inputs: fc.array(fc.oneof(mutantsOf(FOLLOW), fc.constant(FOLLOW), nastyJson.filter(isJson)), {
    minLength: 1,
    maxLength: 5,
  }),
  corpus: [[FOLLOW, '{"metadata":{"record":{"toString":1}}}', FOLLOW]],
  take(elements) {
    const whole = elements.filter(isJson);
    const together = read(`[${whole.join(',')}]`);
    const alone = whole.map((element) => read(element)).filter((_, i) => !whole[i]?.trim().startsWith('['));
    if (alone.length < whole.length || whole.length === 0) return 'an array in an array';
    expect(together.events.map(({ said }) => said)).toEqual(
      alone.flatMap(({ events }) => events.map(({ said }) => said)),
    );
    expect(together.refusals.map(({ reason }) => reason)).toEqual(
      alone.flatMap(({ refusals }) => refusals.map(({ reason }) => reason)),
    );
    return together.refusals.length === 0 ? 'accepted' : 'some refused, their neighbours not';
  },
});

interface Exact {
  readonly guild: bigint;
  readonly channel: bigint;
  readonly user: bigint;
  /** As the publisher writes ids, bare or as text. */
  readonly spelling: 'bare' | 'text' | 'spaced';
  readonly casing: (json: string) => string;
  /** Microseconds since 1970. */
  readonly micros: bigint;
  readonly zoneMinutes: number;
}

const MOST = 2n ** 64n - 1n;
const EDGES = [1n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n, 2n ** 63n, MOST];
const ids = fc.oneof(fc.constantFrom(...EDGES), fc.bigInt({ min: 1n, max: MOST }));
const END_MICROS = BigInt(Date.UTC(2199, 11, 30)) * 1_000n;

testBorder<Exact>({
  name: 'ids and times of follows',
  inputs: fc.record({
    guild: ids,
    channel: ids,
    user: ids,
    spelling: fc.constantFrom('bare', 'text', 'spaced'),
    casing: fc.constantFrom((json: string) => json, pascal),
    micros: fc.bigInt({ min: 2n * 86_400_000_000n, max: END_MICROS }),
    zoneMinutes: fc.integer({ min: -14 * 60, max: 14 * 60 }),
  }),
  corpus: [],
  take({ guild, channel, user, spelling, casing, micros, zoneMinutes }) {
    const id = (value: bigint): string =>
      ({ bare: `${value}`, text: `"${value}"`, spaced: `" ${value}\\t"` })[spelling];
    const of = `"guild_id":${id(guild)},"channel_id":${id(channel)},"user_id":${id(user)}`;
    const at = `"timestamp":"${wallClock(micros, zoneMinutes)}"`;
    const { events } = read(casing(`{"platform":"twitch","stream_key":"1",${of},${at}}`));
    expect(events.map(({ said }) => said)).toMatchObject([
      {
        guildId: `${guild}`,
        channelId: `${channel}`,
        userId: `${user}`,
        saidAt: `${wallClock(micros, 0).slice(0, 26)}Z`,
      },
    ]);
    return 'accepted';
  },
});

/** As a publisher in this zone writes the instant, with seven digits of a second. */
function wallClock(micros: bigint, zoneMinutes: number): string {
  const local = micros + BigInt(zoneMinutes) * 60_000_000n;
  const seconds = new Date(Number(local / 1_000_000n) * 1_000).toISOString().slice(0, 19);
  const fraction = String(local % 1_000_000n).padStart(6, '0');
  const two = (value: number): string => String(Math.trunc(Math.abs(value))).padStart(2, '0');
  const zone = `${zoneMinutes < 0 ? '-' : '+'}${two(zoneMinutes / 60)}:${two(zoneMinutes % 60)}`;
  return `${seconds}.${fraction}9${zone}`;
}

function read(text: string) {
  return readMessage({ channel: 'stream.follow', raw: Buffer.from(text) });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return text.replace(/[^[{]/g, '').length < MOST_BRACKETS;
  } catch {
    return false;
  }
}

/** All that is kept of it can be kept, and nothing of it is larger than it may be. */
function expectUsable({ said, target }: HeardEvent): void {
  for (const id of [said.guildId, ...(said.userId === null ? [] : [said.userId])]) expectId(id);
  expect(said.saidAt ?? '1970-01-01T00:00:00.000000Z').toMatch(/^(19[7-9]|20|21)[\d-]{5,8}T[\d:]{8}\.\d{6}Z$/);
  const text = 'identifier' in target ? target.identifier : target.name;
  expect(text).toMatch(/^[^\p{C}\s]{1,128}$/u);
  if (said.action === 'unfollow') return;
  expectId(said.channelId);
  const kept = jsonbText(said.metadata);
  expect(kept.length).toBeLessThanOrEqual(MOST_METADATA);
  expect(kept).not.toMatch(/(?<!\\)(?:\\\\)*\\u(0000|d[89a-f])/i);
  expect(Object.hasOwn(said.metadata ?? {}, '__proto__')).toBe(false);
}

function expectId(id: string): void {
  expect(id).toMatch(/^[1-9]\d{0,19}$/);
  expect(BigInt(id) < 2n ** 64n).toBe(true);
}

function pascal(json: string): string {
  return json.replace(
    /"(\w+)":/g,
    (_, name: string) => `"${name.replace(/(?:^|_)(\w)/g, (__, letter: string) => letter.toUpperCase())}":`,
  );
}

/** As many small things as a message has room for. */
function floods(): string[] {
  const many = (one: string): string => `[${`${one},`.repeat(Math.floor(260_000 / (one.length + 1)))}${one}]`;
  const known = `{"metadata":{${Array.from({ length: 200 }, (_, i) => `"${cased('channel_title', i)}":"${'x'.repeat(1_000)}"`).join(',')}}}`;
  return [
    many('1'),
    many('{}'),
    many('{"guild_id":1}'),
    many('{"a":{}}'),
    `${FOLLOW.trimEnd().slice(0, -1)},${known.slice(1)}`,
  ];
}

/** The n-th way to write it in capitals and small letters. */
function cased(name: string, n: number): string {
  return [...name].map((letter, i) => ((n >> i) & 1 ? letter.toUpperCase() : letter)).join('');
}
