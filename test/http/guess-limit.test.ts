import { beforeEach, describe, expect, it } from 'vitest';
import { clientOf } from '../../src/http/client-address.ts';
import { createGuessLimit, type GuessLimit } from '../../src/http/guess-limit.ts';

const MINUTE = 60_000;
let nowMs = 0;
let limit: GuessLimit;
beforeEach(() => {
  nowMs = 1_000;
  limit = createGuessLimit(() => nowMs);
});

/** Guesses until it has to wait. @returns how many guesses that took */
function guessOn(client: string): number {
  let guesses = 0;
  for (; limit.waitMs(client) === 0 && guesses < 1_000; guesses += 1) limit.failed(client);
  return guesses;
}

describe('a client that guesses', () => {
  it('may do so ten times, and then once a minute', () => {
    expect(guessOn('a')).toBe(10);
    expect(limit.waitMs('a')).toBe(MINUTE);
    nowMs += MINUTE;
    expect(guessOn('a')).toBe(1);
    nowMs += 24 * 60 * MINUTE;
    expect(guessOn('a')).toBe(10);
  });

  it('makes no other client wait', () => {
    guessOn('a');
    expect(limit.waitMs('b')).toBe(0);
  });
});

describe('many clients that guess', () => {
  it('get one guess each instead of ten, and make nobody wait who has not failed', () => {
    const guesses = Array.from({ length: 1_000 }, (_, i) => guessOn(`client ${i}`));
    expect(guesses.slice(0, 10)).toEqual(Array(10).fill(10));
    expect(new Set(guesses.slice(10))).toEqual(new Set([1]));
    expect(limit.waitMs('the operator')).toBe(0);
  });

  it('get ten again once it has been quiet', () => {
    for (let i = 0; i < 20; i += 1) guessOn(`client ${i}`);
    nowMs += 20 * MINUTE;
    expect(guessOn('another')).toBe(10);
  });

  it('are remembered up to a number, those that failed last', () => {
    for (let i = 0; i < 10_001; i += 1) limit.failed(`client ${i}`);
    expect(limit.waitMs('client 0')).toBe(0);
    expect(limit.waitMs('client 1')).toBe(MINUTE);
    expect(limit.waitMs('client 10000')).toBe(MINUTE);
  });
});

describe('who is at the other end of a connection', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:DB8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['', ''],
  ])('%s counts as %s', (address, client) => {
    expect(clientOf(address)).toBe(client);
  });
});
