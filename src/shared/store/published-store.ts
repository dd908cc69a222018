import type { EventContent, EventPlace, StreamData } from '../contracts/status-events.ts';
import type { Platform } from '../domain/platform.ts';
import type { Database } from '../runtime/database.ts';

/** An event that was published, as it was. */
export interface PublishedContent {
  readonly content: EventContent;
  readonly place: EventPlace;
}

export interface PublishedSpan {
  readonly from: Date;
  /** The first moment that does not belong to it. */
  readonly to: Date;
  /** Null: all of them. */
  readonly platform: Platform | null;
}

interface Row extends EventPlace {
  readonly eventId: string;
  readonly platform: Platform;
  readonly direction: EventContent['direction'];
  readonly at: Date;
  readonly publishedAt: Date;
  readonly streams: readonly StreamData[];
}

const PAGE = 100;
const NOTHING_YET = { publishedAt: new Date(0), sequence: '0', eventId: '00000000-0000-0000-0000-000000000000' };

/**
 * What was published in a span of time, in the order in which it was, in pages. The tables remember it for 35 days after the
 * broadcasts were over, or their keys unfollowed; of an older event some streams may be forgotten already.
 */
export async function* readPublished(database: Database, span: PublishedSpan): AsyncGenerator<PublishedContent[]> {
  for (let after: Pick<Row, 'publishedAt' | 'sequence' | 'eventId'> = NOTHING_YET; ; ) {
    const rows = await readPage(database, span, after);
    if (rows.length > 0) yield rows.map(toContent);
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = last;
  }
}

function readPage(
  database: Database,
  { from, to, platform }: PublishedSpan,
  { publishedAt, sequence, eventId }: Pick<Row, 'publishedAt' | 'sequence' | 'eventId'>,
): Promise<Row[]> {
  return database.$queryRaw<Row[]>`
    SELECT b.id AS "eventId", b.platform, b.direction, b.created_at AS at, b.published_at AS "publishedAt", b.epoch,
      b.sequence::text AS sequence, told.streams
    FROM batch b
    JOIN LATERAL (
      SELECT jsonb_agg(c.stream ORDER BY c.id) AS streams FROM change c WHERE c.batch_id = b.id AND c.state = 'published'
    ) told ON told.streams IS NOT NULL
    WHERE b.published_at >= ${from}::timestamptz AND b.published_at < ${to}::timestamptz AND b.epoch IS NOT NULL
      AND (${platform}::text IS NULL OR b.platform = ${platform})
      AND (b.published_at, b.sequence, b.id) > (${publishedAt}::timestamptz, ${sequence}::bigint, ${eventId}::uuid)
    ORDER BY b.published_at, b.sequence, b.id LIMIT ${PAGE}`;
}

function toContent({ eventId, platform, direction, at, streams, epoch, sequence }: Row): PublishedContent {
  return { content: { eventId, platform, direction, at, streams }, place: { epoch, sequence } };
}
