import fc from 'fast-check';
import { type Mutation, mutated, textOf, treeOf } from './json-tree.ts';
import { nastyJson, nastyName } from './nasty.ts';

export const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(200),
  how: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'double', 'rename', 'wrap', 'add'),
  name: nastyName,
  content: nastyJson,
});

/** Valid messages with up to three fields or elements changed; at times none. */
export function mutantsOf(...golden: readonly string[]): fc.Arbitrary<string> {
  const trees = golden.map(treeOf);
  return fc
    .tuple(fc.constantFrom(...trees), fc.array(mutation, { maxLength: 3 }))
    .map(([tree, mutations]) => textOf(mutations.reduce(mutated, tree)));
}

export interface Damage {
  readonly at: number;
  readonly how: 'none' | 'cut' | 'flip' | 'insert' | 'mark' | 'after';
  readonly byte: number;
}

export const damage: fc.Arbitrary<Damage> = fc.record({
  at: fc.nat(5_000),
  how: fc.constantFrom('none', 'none', 'none', 'none', 'cut', 'flip', 'insert', 'mark', 'after'),
  byte: fc.nat(255),
});

/** Texts as bytes: mostly whole, at times cut off, with another byte in them, with a byte order mark or with something behind them. */
export function bytesOf(texts: fc.Arbitrary<string>): fc.Arbitrary<Buffer> {
  return fc.tuple(texts, damage).map(([text, done]) => damaged(Buffer.from(text), done));
}

/** Any bytes at all. */
export const anyBytes: fc.Arbitrary<Buffer> = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));

export function damaged(raw: Buffer, { at, how, byte }: Damage): Buffer {
  const place = raw.length === 0 ? 0 : at % raw.length;
  const other = Buffer.from([byte]);
  switch (how) {
    case 'none':
      return raw;
    case 'cut':
      return raw.subarray(0, place);
    case 'flip':
      return Buffer.concat([raw.subarray(0, place), other, raw.subarray(place + 1)]);
    case 'insert':
      return Buffer.concat([raw.subarray(0, place), other, raw.subarray(place)]);
    case 'mark':
      return Buffer.concat([Buffer.from('\ufeff'), raw]);
    case 'after':
      return Buffer.concat([raw, other]);
    default:
      return how satisfies never;
  }
}
