import { z } from 'zod';
import type { BroadcastDetails } from '../domain/observation.ts';
import { PLATFORMS, type Platform } from '../domain/platform.ts';
import type { StreamKey } from '../domain/stream-key.ts';
import { isoTime } from './iso-time.ts';

export const SCHEMA_VERSION = 1;

const filled = z.string().min(1);
const instant = z.iso.datetime({ offset: true });

/** One stream in an event. The six fields up to `Platform` are always there; the others only when known. */
export const streamData = z.looseObject({
  VideoId: filled,
  /** The bare key under which a guild's setting is stored. */
  ChannelId: filled,
  ChannelTitle: filled,
  VideoTitle: filled,
  /** The scheduled start, else the actual one. Never null: one null makes C# readers throw a whole event away. */
  ScheduledStartTime: instant,
  Platform: z.enum(PLATFORMS),
  StreamUrl: filled.optional(),
  UserLogin: filled.optional(),
  ActualStartTime: instant.optional(),
  EndTime: instant.optional(),
  ThumbnailUrl: filled.optional(),
  GameName: filled.optional(),
  MembersOnly: z.boolean().optional(),
  /** Why it counts as over, such as `ended`. Only in `streams.offline`. */
  EndReason: filled.optional(),
});

/** What `streams.online` and `streams.offline` carry, for whoever reads them. Unknown fields are kept. */
export const statusEvent = z.looseObject({
  Streams: z.array(streamData).min(1),
  IsOnline: z.boolean(),
  Platform: z.enum(PLATFORMS),
  Timestamp: instant,
  Metadata: z.looseObject({
    /** The same on a repeat. */
    EventId: z.uuid(),
    /** Decimal text; without holes inside an epoch. */
    Sequence: z.string().regex(/^[1-9]\d{0,18}$/),
    Epoch: filled,
    SchemaVersion: z.number().int(),
    /** Only in what an operator has published again; it has the place it had, and is not in the log once more. */
    Repeat: z.boolean().optional(),
  }),
});

export type StreamData = z.output<typeof streamData>;
export type StatusEvent = z.output<typeof statusEvent>;

/** A broadcast and its channel, as known when its change was recorded. */
export interface ChangedStream {
  readonly key: StreamKey;
  readonly channel: { readonly title: string | null; readonly login: string | null };
  readonly broadcast: {
    readonly id: string;
    readonly title: string;
    readonly scheduledStart: Date | null;
    readonly startedAt: Date | null;
    readonly endedAt: Date | null;
    readonly details: BroadcastDetails;
  };
  /** When it went on or off the air; the start, when no better one is known. */
  readonly happenedAt: Date;
  readonly endReason?: string;
}

/** The stream exactly as it will be published and stored: no field is null or empty, none is undefined. */
export function toStreamData({ key, channel, broadcast, happenedAt, endReason }: ChangedStream): StreamData {
  const { details } = broadcast;
  const channelTitle = known(channel.title) ?? known(channel.login) ?? key.identifier;
  return withoutUndefined({
    VideoId: broadcast.id,
    ChannelId: key.identifier,
    ChannelTitle: channelTitle,
    VideoTitle: known(broadcast.title) ?? channelTitle,
    ScheduledStartTime: isoTime(broadcast.scheduledStart ?? broadcast.startedAt ?? happenedAt),
    Platform: key.platform,
    StreamUrl: known(details.url),
    UserLogin: known(channel.login),
    ActualStartTime: broadcast.startedAt ? isoTime(broadcast.startedAt) : undefined,
    EndTime: broadcast.endedAt ? isoTime(broadcast.endedAt) : undefined,
    ThumbnailUrl: known(details.thumbnailUrl),
    GameName: known(details.gameName),
    MembersOnly: details.membersOnly,
    EndReason: known(endReason),
  });
}

/** What one event says, before the log has given it a place. */
export interface EventContent {
  readonly eventId: string;
  readonly platform: Platform;
  readonly direction: 'online' | 'offline';
  readonly at: Date;
  readonly streams: readonly StreamData[];
}

/** Where an event stands in the log. */
export interface EventPlace {
  readonly epoch: string;
  readonly sequence: string;
}

export function toEnvelope(content: EventContent, place: EventPlace, { repeat = false } = {}): StatusEvent {
  return {
    Streams: content.streams.map(inContractOrder),
    IsOnline: content.direction === 'online',
    Platform: content.platform,
    Timestamp: isoTime(content.at),
    Metadata: {
      EventId: content.eventId,
      Sequence: place.sequence,
      Epoch: place.epoch,
      SchemaVersion: SCHEMA_VERSION,
      ...(repeat && { Repeat: true }),
    },
  };
}

const FIELDS = Object.keys(streamData.shape);

/** A jsonb column forgets the order of fields; this puts them back as the contract lists them, unknown ones last. */
export function inContractOrder(stream: StreamData): StreamData {
  const rank = (field: string): number => (FIELDS.includes(field) ? FIELDS.indexOf(field) : FIELDS.length);
  const entries = Object.entries(stream).sort(([a], [b]) => rank(a) - rank(b));
  return Object.fromEntries(entries) as StreamData;
}

/** Postgres refuses NUL and halves of surrogate pairs in jsonb, and nobody can show them. */
function known(text: string | null | undefined): string | undefined {
  const clean = text?.replaceAll('\u0000', '').replace(/\p{Surrogate}/gu, '\u{FFFD}');
  return clean?.trim() ? clean : undefined;
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}
