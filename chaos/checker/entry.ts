import { z } from 'zod';

/** All times in a history are milliseconds since 1970, by the one clock of the machine. */
const at = z.number();
const text = z.string().min(1);
const direction = z.enum(['online', 'offline']);
const perPlatform = z.record(z.string(), z.number());

/** What may be asked of whoever is checked, in ms. */
const rules = z.object({
  what: z.literal('rules'),
  /** Whoever listens, also one that was told nothing. */
  shards: z.array(text).min(1),
  /** By how much a told time may differ. */
  timeMs: z.number(),
  /** Platforms that do not say when a broadcast ended: its end is when it was first missed. */
  silentEnds: z.array(text),
  /** So long after a fault its effects are forgiven. */
  recoverMs: z.number(),
  /** Whoever asks the same again after at least so long has written down what was answered the first time. */
  lookMs: z.number(),
  /** What was under way when the last guild left may still happen. */
  unfollowMs: z.number(),
  /** Platforms where a new id within so many ms after a loss counts as its return. */
  returnMs: perPlatform,
  /** So long after a platform said that nobody is live it may be doubted. */
  doubtMs: z.number(),
  /** A platform that refuses, and does not say for how long, is left alone for so long. */
  restMs: z.number(),
  /** Of the time that nothing excuses, so much may pass between two answered looks at a followed key. */
  unwatchedMs: z.number(),
  /** Meanwhile some other key must have been looked at so often: on a slow machine everybody has to wait. */
  unwatchedLooks: z.number(),
});

const streamer = z.object({
  what: z.literal('streamer'),
  platform: text,
  key: text,
  /** Under which requests may ask for it. */
  names: z.array(text),
});

/** What truly was; only broadcasts that began. */
const broadcast = z.object({
  what: z.literal('broadcast'),
  platform: text,
  key: text,
  id: text,
  startedAt: at,
  endedAt: at.nullable(),
  /** The broadcast that this one goes on with, under a new id. */
  continues: text.nullable(),
  /** Without a picture, though not over. */
  pauses: z.array(z.object({ from: at, to: at.nullable() })),
});

const wish = z.object({
  what: z.enum(['follow', 'unfollow']),
  at,
  guild: text,
  platform: text,
  key: text,
});

const event = {
  at,
  eventId: text,
  direction,
  platform: text,
  streams: z.array(z.object({ id: text, key: text, happenedAt: at.nullable() })).min(1),
};

/** A message as a plain subscriber heard it. */
const heard = z.object({ what: z.literal('heard'), ...event });
/** What the callback of a shard was given. */
const told = z.object({ what: z.literal('told'), shard: text, source: z.enum(['event', 'snapshot']), ...event });
const unreadable = z.object({ what: z.literal('unreadable'), at, text: z.string() });

/**
 * What a request was answered. `true`: as it was · `late`: as it was, to whoever waited for it · `false`: well-formed, that
 * there is nothing · `none`: nothing that could be understood · `refused`: leave me alone.
 */
const answer = z.enum(['true', 'late', 'false', 'none', 'refused']);

/** A request that reached a platform. */
const asked = z.object({
  ...{ what: z.literal('asked'), at, platform: text, endpoint: text, ids: z.array(z.string()), answer },
  /** For how long a refusal asks to be left alone, in ms; null: it does not say. */
  restMs: z.number().nullable(),
});

const fault = z.object({
  what: z.literal('fault'),
  name: text,
  begin: at,
  end: at,
  /** The only ones that it concerns; null: everything. */
  platforms: z.array(text).nullable(),
});

/** A time at the end in which nothing happens any more: whoever is followed is looked at in it, and nobody else. */
const quiet = z.object({ what: z.literal('quiet'), from: at, to: at });

/** One line of a history. */
export const entrySchema = z.discriminatedUnion('what', [
  rules,
  streamer,
  broadcast,
  wish,
  heard,
  told,
  unreadable,
  asked,
  fault,
  quiet,
]);

export type Entry = z.output<typeof entrySchema>;
export type Rules = z.output<typeof rules>;
export type Streamer = z.output<typeof streamer>;
export type Broadcast = z.output<typeof broadcast>;
export type Wish = z.output<typeof wish>;
export type Heard = z.output<typeof heard>;
export type Unreadable = z.output<typeof unreadable>;
export type Told = z.output<typeof told>;
export type Asked = z.output<typeof asked>;
export type Fault = z.output<typeof fault>;
export type Quiet = z.output<typeof quiet>;
export type Direction = z.output<typeof direction>;
