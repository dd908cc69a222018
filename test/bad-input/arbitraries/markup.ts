import fc from 'fast-check';
import { nastyText } from './nasty.ts';

const NASTY_MARKUP = [
  ...['<', '>', '</feed>', '<feed>', '</entry>', '<entry>', '<entry/>', '<__proto__>x</__proto__>', '<constructor/>'],
  ...[
    '<![CDATA[',
    ']]>',
    '<!--',
    '-->',
    '<?xml',
    '?>',
    '<!DOCTYPE x>',
    '&lt;',
    '&#0;',
    '&#x110000;',
    '&x;',
    '&',
    '"',
    "'",
  ],
  ...[
    '<yt:videoId>00000000000</yt:videoId>',
    '<yt:videoId/>',
    '<yt:videoId>a</yt:videoId>',
    '<published>x</published>',
  ],
];

export interface Cut {
  readonly at: number;
  readonly length: number;
  readonly put: string;
}

export const cut: fc.Arbitrary<Cut> = fc.record({
  at: fc.nat(5_000),
  length: fc.oneof(fc.constant(0), fc.nat(60)),
  put: fc.oneof(fc.constantFrom(...NASTY_MARKUP), nastyText, fc.constant('')),
});

/** Valid documents with up to three places changed, between their tags and within them; at times none. */
export function mutantXml(...golden: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...golden), fc.array(cut, { maxLength: 3 }))
    .map(([document, cuts]) => cuts.reduce(recut, document));
}

export function recut(text: string, { at, length, put }: Cut): string {
  const place = text === '' ? 0 : at % text.length;
  return text.slice(0, place) + put + text.slice(place + length);
}
