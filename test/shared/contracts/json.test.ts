import fc from 'fast-check';
import { isLosslessNumber } from 'lossless-json';
import { expect, test } from 'vitest';
import { JsonRefusal, parseJson } from '../../../src/shared/contracts/json.ts';
import { toPlainJson } from '../../../src/shared/contracts/plain-json.ts';

const parseText = (text: string): unknown => parseJson(Buffer.from(text));

test('a number keeps every digit', () => {
  const value = parseText('{"id":18446744073709551615}') as { id: unknown };
  expect(isLosslessNumber(value.id)).toBe(true);
  expect(String(value.id)).toBe('18446744073709551615');
});

test.each([
  ['10 MB of metadata', Buffer.from(`{"metadata":"${'x'.repeat(10_000_000)}"}`), /at most 262144 bytes, got 10000015/],
  ['100,000 levels of arrays', Buffer.from('['.repeat(100_000)), /at most 64 levels/],
  ['100,000 levels of objects', Buffer.from('{"a":'.repeat(40_000)), /at most 64 levels/],
  ['a truncated UTF-8 sequence', Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xe3, 0x81])]), /UTF-8/],
  ['nothing', Buffer.from(''), /expected JSON/],
  ['half an object', Buffer.from('{"a":'), /expected JSON/],
  ['plain text', Buffer.from('UC81tUN0Ljo_kr7CYSgcNPXQ'), /expected JSON/],
  ['two values', Buffer.from('{} {}'), /expected JSON/],
])('%s is refused with a reason', (_name, raw, reason) => {
  expect(() => parseJson(raw)).toThrow(JsonRefusal);
  expect(() => parseJson(raw)).toThrow(reason);
});

test('brackets inside a string are no nesting', () => {
  expect(parseText(`"${'['.repeat(1_000)}\\"${'{'.repeat(1_000)}"`)).toContain('[[[');
});

test('64 levels are taken, 65 are not', () => {
  expect(() => parseText('['.repeat(64) + ']'.repeat(64))).not.toThrow();
  expect(() => parseText('['.repeat(65) + ']'.repeat(65))).toThrow(JsonRefusal);
});

test('of a name given twice the last wins', () => {
  expect(parseText('{"a":"first","a":"last"}')).toEqual({ a: 'last' });
});

test('__proto__ changes no prototype, neither when parsed nor when made plain', () => {
  const value = parseText('{"__proto__":{"polluted":true},"a":"b"}');
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  const plain = toPlainJson(value);
  expect(Object.getPrototypeOf(plain)).toBe(Object.prototype);
  expect(Object.keys(plain as object)).toEqual(['a']);
  expect({}).not.toHaveProperty('polluted');
});

test('a byte order mark is no fault', () => {
  expect(parseText('\ufeff{"a":"b"}')).toEqual({ a: 'b' });
});

test('no bytes make it throw anything but a refusal', () => {
  const anyBytes = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
  const almostJson = fc.tuple(fc.json(), fc.nat(200)).map(([text, cut]) => Buffer.from(text).subarray(0, cut));
  fc.assert(
    fc.property(fc.oneof(anyBytes, almostJson), (raw) => {
      try {
        parseJson(raw);
      } catch (error) {
        expect(error).toBeInstanceOf(JsonRefusal);
      }
    }),
  );
});

test('what JSON.parse reads without loss is read the same', () => {
  const text = fc.json().filter((candidate) => !candidate.includes('__proto__'));
  fc.assert(
    fc.property(text, (given) => {
      expect(toPlainJson(parseText(given))).toEqual(JSON.parse(given));
    }),
  );
});
