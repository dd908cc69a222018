import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';

/** A video that is new, or of which something changed. */
export interface PushedVideo {
  readonly id: string;
  readonly channelId: string;
  /** Null where it does not say. */
  readonly publishedAt: Date | null;
  readonly updatedAt: Date | null;
}

/** A video that was deleted or made private. */
export interface DeletedVideo {
  readonly id: string;
  readonly channelId: string;
  readonly at: Date | null;
}

/** What a hub delivers: new and changed videos, deleted ones, or both. */
export interface PushedFeed {
  /** The address of the feed. Null where it does not say, as with deleted videos. */
  readonly self: string | null;
  readonly videos: readonly PushedVideo[];
  readonly deleted: readonly DeletedVideo[];
}

const LISTS = ['feed.entry', 'feed.at:deleted-entry', 'feed.link'];

// Without the first two an id made of digits only would become a number. Entities are neither needed nor safe.
const parser = new XMLParser({
  parseTagValue: false,
  parseAttributeValue: false,
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  processEntities: false,
  isArray: (_, path) => LISTS.includes(String(path)),
});

const time = z
  .string()
  .transform((text) => new Date(text))
  .refine((at) => !Number.isNaN(at.getTime()))
  .nullable()
  .catch(null);
const videoId = z.string().regex(/^[\w-]{11}$/);

const entry = z.looseObject({ 'yt:videoId': videoId, 'yt:channelId': z.string(), published: time, updated: time });
const tombstone = z.looseObject({
  '@ref': z
    .string()
    .transform((ref) => ref.replace(/^yt:video:/, ''))
    .pipe(videoId),
  '@when': time,
  'at:by': z.looseObject({ uri: z.string() }),
});
const link = z.looseObject({ '@rel': z.literal('self'), '@href': z.string() });
const items = z.array(z.unknown()).default([]);
const document = z.looseObject({
  feed: z.looseObject({ link: items, entry: items, 'at:deleted-entry': items }),
});

/** Reads what was delivered; entries that are no videos are left out. @returns null when it is no feed at all */
export function readPushedFeed(text: string): PushedFeed | null {
  // No feed has a document type; whoever sends one has something in mind.
  if (!text.trimEnd().endsWith('</feed>') || /<!DOCTYPE/i.test(text)) return null;
  const read = document.safeParse(parsed(text));
  if (!read.success) return null;
  const { feed } = read.data;
  return {
    self: readable(link, feed.link).map((one) => one['@href'])[0] ?? null,
    videos: readable(entry, feed.entry).map((one) => ({
      id: one['yt:videoId'],
      channelId: one['yt:channelId'],
      publishedAt: one.published,
      updatedAt: one.updated,
    })),
    deleted: readable(tombstone, feed['at:deleted-entry']).map((one) => ({
      id: one['@ref'],
      channelId: /\/channel\/([\w-]+)\/?$/.exec(one['at:by'].uri)?.[1] ?? '',
      at: one['@when'],
    })),
  };
}

function readable<T>(schema: z.ZodType<T>, list: readonly unknown[]): T[] {
  return list.flatMap((one) => {
    const read = schema.safeParse(one);
    return read.success ? [read.data] : [];
  });
}

function parsed(text: string): unknown {
  try {
    return parser.parse(text);
  } catch {
    return undefined;
  }
}
