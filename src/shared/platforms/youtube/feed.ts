import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import { optionalText } from '../answer-fields.ts';

/** More than a feed or one page of uploads ever lists: each new video costs a look at it. */
export const MOST_LISTED = 60;

/** A channel's feed: its newest videos first, uploads and broadcasts alike. */
export interface Feed {
  readonly title: string | null;
  readonly videoIds: readonly string[];
}

// Without these an id made of digits only would become a number.
const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  isArray: (_, path) => path === 'feed.entry',
});

const document = z.looseObject({
  feed: z.looseObject({
    title: optionalText,
    entry: z.array(z.looseObject({ 'yt:videoId': z.string().regex(/^[\w-]{11}$/) })).default([]),
  }),
});

/** @returns null when it is not a whole feed */
export function readFeed(text: string): Feed | null {
  // The parser takes what it gets; a feed that was cut off would look like a shorter one.
  if (!text.trimEnd().endsWith('</feed>')) return null;
  const read = document.safeParse(parsed(text));
  if (!read.success) return null;
  const { title, entry } = read.data.feed;
  return { title, videoIds: entry.slice(0, MOST_LISTED).map((one) => one['yt:videoId']) };
}

function parsed(text: string): unknown {
  try {
    return parser.parse(text);
  } catch {
    return undefined;
  }
}
