import fc from 'fast-check';
import { LosslessNumber } from 'lossless-json';
import { expect, test } from 'vitest';
import { parseJson } from '../../../src/shared/contracts/json.ts';
import { isUnsetSnowflake, parseSnowflake } from '../../../src/shared/contracts/snowflake.ts';

test('every id from 1 to 2^64-1 comes out as it went in, bare or as text', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }), (id) => {
      const text = String(id);
      expect(parseSnowflake(parseJson(Buffer.from(text)))).toBe(text);
      expect(parseSnowflake(` ${text} `)).toBe(text);
    }),
    { examples: [[1n], [2n ** 53n + 1n], [2n ** 64n - 1n]] },
  );
});

test.each([
  ['zero', new LosslessNumber('0')],
  ['a negative number', new LosslessNumber('-5')],
  ['a fraction', new LosslessNumber('1.5')],
  ['an exponent', new LosslessNumber('1e18')],
  ['2^64', new LosslessNumber('18446744073709551616')],
  ['a thousand digits', '9'.repeat(1_000)],
  ['leading zeros', '0123'],
  ['hexadecimal', '0x10'],
  ['other digits than ASCII', '１２３'],
  ['a JavaScript number, whose digits may be lost already', 123],
  ['nothing', null],
  ['an object', {}],
])('%s is no id', (_name, value) => {
  expect(parseSnowflake(value)).toBeUndefined();
});

test.each([[null], [undefined], [''], ['0'], [new LosslessNumber('0')]])('%o is unset', (value) => {
  expect(isUnsetSnowflake(value)).toBe(true);
});

test('an unusable id is not an unset one', () => {
  expect(isUnsetSnowflake('abc')).toBe(false);
});
