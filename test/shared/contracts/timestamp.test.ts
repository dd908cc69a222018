import fc from 'fast-check';
import { expect, test } from 'vitest';
import { microsOf, parseSaidAt, saidAtFromMicros } from '../../../src/shared/contracts/timestamp.ts';

test.each([
  ['2026-09-26T10:00:43.1564881Z', '2026-09-26T10:00:43.156488Z', 'seven digits'],
  ['2026-09-26T10:00:43.156488Z', '2026-09-26T10:00:43.156488Z', 'six digits'],
  ['2026-09-26T10:00:43.5Z', '2026-09-26T10:00:43.500000Z', 'one digit'],
  ['2026-09-26T10:00:43Z', '2026-09-26T10:00:43.000000Z', 'no fraction'],
  ['2026-09-26T18:00:43.1564881+08:00', '2026-09-26T10:00:43.156488Z', 'an offset'],
  ['2026-09-26T00:30:00-0930', '2026-09-26T10:00:00.000000Z', 'an offset without a colon'],
  ['2026-09-26T10:00:43.1564881', '2026-09-26T10:00:43.156488Z', 'no zone'],
  ['2026-09-26 10:00:43', '2026-09-26T10:00:43.000000Z', 'a space'],
  [' 2026-09-26t10:00:43z ', '2026-09-26T10:00:43.000000Z', 'small letters'],
  ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000000Z', 'a leap day'],
])('%s is %s (%s)', (text, expected) => {
  expect(parseSaidAt(text)).toBe(expected);
});

test.each([
  ['0001-01-01T00:00:00'],
  ['0001-01-01T00:00:00+08:00'],
  ['1969-12-31T23:59:59Z'],
  ['2200-01-01T00:00:00Z'],
  ['9999-12-31T23:59:59.9999999'],
  ['2026-02-30T00:00:00Z'],
  ['2026-13-01T00:00:00Z'],
  ['2026-09-26T24:00:00Z'],
  ['2026-09-26T10:00:61Z'],
  ['2026-09-26T10:00:00+15:00'],
  ['2026-09-26'],
  ['yesterday'],
  [''],
  [null],
  [undefined],
  [1_790_000_000],
  [{}],
])('%o is as good as absent', (value) => {
  expect(parseSaidAt(value)).toBeUndefined();
});

test('microseconds survive to text and back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.UTC(2199, 11) * 1_000 }), (micros) => {
      const text = saidAtFromMicros(micros);
      expect(microsOf(text)).toBe(micros);
      expect(parseSaidAt(text)).toBe(text);
    }),
  );
});

test('no text makes it throw', () => {
  fc.assert(fc.property(fc.string(), (text) => void parseSaidAt(text)));
});
