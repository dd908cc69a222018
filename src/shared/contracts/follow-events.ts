import { isLosslessNumber } from 'lossless-json';
import { z } from 'zod';
import type { Lane, Snowflake } from '../domain/follow.ts';
import { isPlatform, PLATFORMS, type Platform } from '../domain/platform.ts';
import { shown as shownText } from '../domain/shown.ts';
import type { PlatformData } from '../platforms/platform-data.ts';
import { readMetadata } from './follow-metadata.ts';
import { fieldsOf, isPlainObject, type PlainObject } from './plain-json.ts';
import { isUnsetSnowflake, parseSnowflake } from './snowflake.ts';
import { parseSaidAt } from './timestamp.ts';

interface Said {
  readonly platform: Platform;
  /** As the publisher spelled it: `readKey` makes a key of it. */
  readonly streamKey: string;
  readonly platformData: PlatformData | null;
  readonly guildId: Snowflake;
  readonly userId: Snowflake | null;
  /** ISO 8601 in UTC with microseconds; null when the event has no usable timestamp. */
  readonly saidAt: string | null;
}

/** `stream.follow` or `stream.unfollow` as somebody said it. */
export type FollowEvent =
  | (Said & {
      readonly action: 'follow';
      readonly channelId: Snowflake;
      readonly priority: Lane | null;
      readonly metadata: PlainObject | null;
    })
  | (Said & { readonly action: 'unfollow' });

/** More do not fit into a message, unless they say nothing: reading tens of thousands of those would hold everybody up. */
const MAX_EVENTS = 5_200;

export type ReadEvent =
  | { readonly kind: 'event'; readonly event: FollowEvent }
  /** `value`: the refused element. `reason` names each field at fault and what was expected there. */
  | { readonly kind: 'refused'; readonly reason: string; readonly value: unknown };

/**
 * Reads one message: an event, or an array of events, each judged for itself.
 * Fields are taken in snake_case, camelCase and PascalCase; null is unset; extra fields are ignored.
 * @param value as `parseJson` gives it
 */
export function readFollowEvents(action: 'follow' | 'unfollow', value: unknown): ReadEvent[] {
  if (!Array.isArray(value)) return [readEvent(action, value)];
  if (value.length > 0 && value.length <= MAX_EVENTS) return value.map((element) => readEvent(action, element));
  const got = value.length === 0 ? 'an event, got an empty array' : `at most ${MAX_EVENTS} events, got ${value.length}`;
  return [{ kind: 'refused', reason: `message: expected ${got}`, value }];
}

function readEvent(action: 'follow' | 'unfollow', value: unknown): ReadEvent {
  if (!isPlainObject(value)) {
    return { kind: 'refused', reason: `message: expected an object, got ${shown(value)}`, value };
  }
  const read = SCHEMAS[action].safeParse(fieldsOf(value, FIELDS));
  if (!read.success) return { kind: 'refused', reason: reasonOf(read.error), value };
  return { kind: 'event', event: read.data };
}

/** A field that `read` understands; what it answers with undefined is refused. */
function field<T>(expected: string, read: (value: unknown) => T | undefined) {
  return z.unknown().transform((value, context): T => {
    const result = read(value);
    if (result !== undefined) return result;
    context.addIssue({ code: 'custom', message: `expected ${expected}, got ${shown(value)}` });
    return z.NEVER;
  });
}

const id = field('a whole number from 1 to 2^64-1, bare or as text', parseSnowflake);

const said = {
  platform: field(`one of ${PLATFORMS.join(', ')}`, readPlatform),
  stream_key: field('the channel as text of 1 to 512 characters', readStreamKey),
  guild_id: id,
  user_id: field('a whole number up to 2^64-1, bare or as text, or nothing', readUserId),
  timestamp: z.unknown().transform((value) => parseSaidAt(value) ?? null),
  platform_data: z.unknown().transform(readPlatformData),
};

const onlyFollow = { channel_id: id, metadata: field('an object or null', readMetadata) };

const FIELDS = [...Object.keys(said), ...Object.keys(onlyFollow)];

const SCHEMAS = {
  follow: z.object({ ...said, ...onlyFollow }).transform(
    (fields): FollowEvent => ({
      action: 'follow',
      ...saidBy(fields),
      channelId: fields.channel_id,
      ...fields.metadata,
    }),
  ),
  unfollow: z.object(said).transform((fields): FollowEvent => ({ action: 'unfollow', ...saidBy(fields) })),
};

function saidBy(fields: z.output<z.ZodObject<typeof said>>): Said {
  return {
    platform: fields.platform,
    streamKey: fields.stream_key,
    platformData: fields.platform_data,
    guildId: fields.guild_id,
    userId: fields.user_id,
    saidAt: fields.timestamp,
  };
}

function readPlatform(value: unknown): Platform | undefined {
  const text = typeof value === 'string' ? value.trim().toLowerCase() : '';
  return isPlatform(text) ? text : undefined;
}

function readStreamKey(value: unknown): string | undefined {
  // Of a bare number only plain digits can be meant: 1e3 would pass for a name.
  if (isLosslessNumber(value)) return readStreamKey(/^\d+$/.test(value.toString()) ? value.toString() : null);
  const trimmed = typeof value === 'string' ? value.trim() : '';
  return trimmed !== '' && trimmed.length <= 512 ? trimmed : undefined;
}

function readUserId(value: unknown): Snowflake | null | undefined {
  return isUnsetSnowflake(value) ? null : parseSnowflake(value);
}

/** It only spares a question to the platform, so what is unusable in it is as good as absent. */
function readPlatformData(value: unknown): PlatformData | null {
  if (!isPlainObject(value)) return null;
  const fields = fieldsOf(value, ['user_id', 'login', 'screen_name']);
  const login = fields.login ?? fields.screen_name;
  return { userId: parseSnowflake(fields.user_id) ?? null, login: typeof login === 'string' ? login.trim() : null };
}

function reasonOf(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (isLosslessNumber(value)) return value.toString().slice(0, 40);
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? shownText(value) : String(value);
}
