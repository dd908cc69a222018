import fc from 'fast-check';

/** Names that mean something to JavaScript, to us or to nobody. */
export const NASTY_NAMES = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'toJSON', 'hasOwnProperty', 'length', 'then'],
  ...[
    '',
    ' ',
    '\u0000',
    '\ud800',
    'isLosslessNumber',
    'value',
    'RECORD',
    'Priority',
    'guild_id',
    'GuildId',
    'signature',
  ],
];

/** Texts that others have tripped over. */
export const NASTY_TEXTS = [
  ...[
    '',
    ' ',
    '\u0000',
    'a\u0000b',
    '\ud800',
    '\udc00x',
    '\ufeff',
    '\u202ertl',
    '\u2028',
    '👩‍👩‍👧',
    'ﷺ',
    'İ',
    'é'.repeat(40),
  ],
  ...NASTY_NAMES.slice(0, 9),
  ...[
    '0',
    '-0',
    '00',
    '-1',
    '1.0',
    '1e3',
    '1E400',
    '0x10',
    '１２',
    'NaN',
    'Infinity',
    'null',
    'true',
    '[object Object]',
  ],
  ...['9007199254740991', '9007199254740993', '9223372036854775807', '9223372036854775808'],
  ...['18446744073709551615', '18446744073709551616', '1'.repeat(400)],
  ...['0001-01-01T00:00:00', '1969-12-31T23:59:59Z', '1970-01-01T00:00:00Z', '2026-02-30T00:00:00Z'],
  ...[
    '2199-12-31T23:59:59.9999999Z',
    '2200-01-01T00:00:00Z',
    '9999-12-31T23:59:59.9999999Z',
    '+275760-09-13T00:00:00Z',
  ],
  ...[
    '+275760-09-13T00:00:00.001Z',
    '-271821-04-20T00:00:00Z',
    '-000001-01-01T00:00:00Z',
    '2026-13-01T25:61:61Z',
    '1',
    '0',
  ],
  ...['2026-09-26T10:00:43.1564881+14:00', '2026-09-26T10:00:43-99:99', '2026-09-26'],
  ...[
    "'; DROP TABLE stream; --",
    '<script>',

    '%00',
    '..',
    '/',
    ':',
    'a:b:c',
    '://',
    'https://',
    'javascript:x',
  ],
  ...['x'.repeat(600), 'x'.repeat(20_000), '\\'.repeat(500), '"'.repeat(500), '\u001b[31mred'],
];

/** Numbers as they may stand in JSON, and some that may not. */
export const NASTY_NUMBERS = [
  ...[
    '0',
    '-0',
    '1',
    '-1',
    '1.0',
    '1e3',
    '1E3',
    '1e-7',
    '1e400',
    '-1e400',
    '0.1',
    '1.5',
    '01',
    '+1',
    '.5',
    '1.',
    'NaN',
  ],
  ...['9007199254740991', '9007199254740992', '9007199254740993', '9223372036854775807', '9223372036854775808'],
  ...[
    '18446744073709551615',
    '18446744073709551616',
    '-9223372036854775809',
    '8640000000000',
    '253402300800',
    '-62135596800',
  ],
  ...['9'.repeat(400), `1${'0'.repeat(30)}`],
];

const OBJECTS = [
  ...['{}', '[]', '[[]]', '[null]', '{"a":1,"a":2}', '{"__proto__":{"polluted":true}}', '{"__proto__":null}'],
  ...['{"constructor":{"prototype":{"polluted":true}}}', '{"toString":1,"valueOf":1}', '{"isLosslessNumber":true}'],
  ...['{"isLosslessNumber":true,"value":"1","toString":null}', '{"length":4294967295}', '{"then":1}', '{"toJSON":"x"}'],
  ...['{"record":{"toString":1}}', '{"record":[[[]]]}', '{"priority":{"toString":1}}', '{"RECORD":"TRUE"}'],
  ...[nested(10), nested(63), nested(70), `{"a":${'{"a":'.repeat(66)}1${'}'.repeat(66)}}`],
];

/** Very large ones, for every border's corpus: too slow to be drawn often. */
export const HUGE_TEXTS = [nested(100_000), '['.repeat(100_000), '{"a":'.repeat(40_000), `"${'x'.repeat(1_000_000)}"`];

export const nastyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...NASTY_TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 6 })
      .map((units) => String.fromCharCode(...units)),
  },
  { weight: 1, arbitrary: fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }).map(String) },
);

export const nastyName: fc.Arbitrary<string> = fc.oneof(fc.constantFrom(...NASTY_NAMES), fc.string({ maxLength: 12 }));

/** JSON text of a value, seldom no JSON at all. */
export const nastyJson: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('null', 'true', 'false', ...OBJECTS) },
  { weight: 3, arbitrary: fc.constantFrom(...NASTY_NUMBERS) },
  { weight: 4, arbitrary: nastyText.map((text) => JSON.stringify(text)) },
  { weight: 1, arbitrary: fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }).map(String) },
  { weight: 2, arbitrary: fc.json({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom('', 'undefined', '"', '"\\ud800"', '"\\u0000"', '"\\x"', '/**/1', "'a'") },
);

function nested(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels);
}
