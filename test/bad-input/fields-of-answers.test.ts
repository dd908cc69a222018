import fc from 'fast-check';
import { expect } from 'vitest';
import {
  answerId,
  optionalText,
  optionalTime,
  optionalUnixTime,
  optionalUrl,
} from '../../src/shared/platforms/answer-fields.ts';
import { readFeed } from '../../src/shared/platforms/youtube/feed.ts';
import { FEED } from './arbitraries/deliveries.ts';
import { mutantXml } from './arbitraries/markup.ts';
import { NASTY_TEXTS, nastyText } from './arbitraries/nasty.ts';
import { testBorder } from './border.ts';

const numbers = fc.oneof(
  fc.double(),
  fc.constantFrom(0, -1, 1e300, 8_640_000_000_000, 253_402_300_800, 1_790_416_798, Number.NaN),
);

/** Everything that stands in an answer and is shown, dated or kept goes through one of these. */
testBorder<unknown>({
  name: 'fields of answers',
  inputs: fc.oneof(
    nastyText,
    numbers,
    fc.anything(),
    nastyText.map((text) => `https://example.org/${text}`),
  ),
  corpus: [...NASTY_TEXTS, 'x'.repeat(1_000_000), `${'x'.repeat(999)}👩`, `https://${'x'.repeat(2_000)}`],
  take(value) {
    const [text, url] = [optionalText.parse(value), optionalUrl.parse(value)];
    expect(text?.length ?? 0).toBeLessThanOrEqual(1_000);
    if (url !== null) expect(URL.canParse(url) || url.includes('[')).toBe(true);
    for (const at of [optionalTime.parse(value), optionalUnixTime.parse(value)]) {
      if (at !== null) expect(at.toISOString()).toMatch(/^(19[7-9]|20|21)/);
    }
    const id = answerId.safeParse(value);
    return id.success ? 'accepted' : 'not an id';
  },
});

/** A feed is read before anything is known of who sent it. */
testBorder<string>({
  name: 'feeds',
  inputs: mutantXml(FEED),
  corpus: [
    `<feed>${'<entry><yt:videoId>dQw4w9WgXcQ</yt:videoId></entry>'.repeat(20_000)}</feed>`,
    `<feed>${'<a>'.repeat(50_000)}${'</a>'.repeat(50_000)}</feed>`,
    `<!DOCTYPE feed [<!ENTITY a "${'a'.repeat(10_000)}"><!ENTITY b "${'&a;'.repeat(1_000)}">]><feed><title>${'&b;'.repeat(1_000)}</title></feed>`,
    `<feed><title>${'&#97;'.repeat(100_000)}</title></feed>`,
    `<feed>${'<'.repeat(100_000)}</feed>`,
    `<feed><![CDATA[${']'.repeat(100_000)}</feed>`,
    `<feed ${'a="b" '.repeat(50_000)}></feed>`,
  ],
  take(text) {
    const feed = readFeed(text);
    if (feed === null) return 'no whole feed';
    expect(feed.videoIds.length).toBeLessThanOrEqual(60);
    expect(feed.title?.length ?? 0).toBeLessThanOrEqual(1_000);
    for (const id of feed.videoIds) expect(id).toMatch(/^[\w-]{11}$/);
    return 'accepted';
  },
});
