import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import type { RequestRecord } from '../simulator/requests.ts';
import type { Simulator } from '../simulator/simulator.ts';
import { openConnectionAt } from '../src/shared/redis/open-connection.ts';
import type { Asked, Entry, Heard, Rules } from './checker/entry.ts';

/** Writes the history, line by line, as it happens; the truth and the requests are the simulator's, and come last. */
export interface Recorder {
  add(entry: Entry): void;
  /** Everything so far: what happened, what the shards keep, the truth and the requests. */
  entries(): Entry[];
  /** To the file, as JSON lines. */
  save(entries: readonly Entry[]): Promise<void>;
}

export interface RecorderParts {
  /** Where the history goes. */
  readonly file: string;
  /** Where each shard keeps what it is told. */
  readonly told: readonly string[];
  readonly rules: Rules;
  readonly sim: Simulator;
}

export function createRecorder({ file, told, rules, sim }: RecorderParts): Recorder {
  const entries: Entry[] = [rules];
  return {
    add: (entry) => void entries.push(entry),
    entries: () => [...entries, ...told.flatMap(readTold), ...truthOf(sim), ...requestsOf(sim)],
    async save(all) {
      const stream = createWriteStream(file);
      for (const entry of all) stream.write(`${JSON.stringify(entry)}\n`);
      await new Promise<void>((resolve, reject) => stream.once('error', reject).end(() => resolve()));
    },
  };
}

function readTold(file: string): Entry[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Entry);
}

/** A Redis Cluster carries messages to all of its nodes. */
const ANY_KEY = 'any';

/** Hears what is published as any program would that only knows Pub/Sub. */
export async function listenPlainly(redisUrl: string, recorder: Recorder): Promise<() => void> {
  const options = { maxRetriesPerRequest: null, retryStrategy: () => 200 };
  const redis = openConnectionAt(redisUrl, ANY_KEY, options);
  redis.on('error', () => undefined); // it comes back, and what it missed is missed
  redis.on('message', (_channel, text: string) => recorder.add(read(text)));
  await redis.subscribe('streams.online', 'streams.offline');
  return () => redis.disconnect();
}

interface Envelope {
  readonly IsOnline: boolean;
  readonly Platform: string;
  readonly Metadata: { readonly EventId: string };
  readonly Streams: readonly { VideoId: string; ChannelId: string; ActualStartTime?: string; EndTime?: string }[];
}

function read(text: string): Entry {
  const at = Date.now();
  try {
    const { IsOnline, Platform, Metadata, Streams } = JSON.parse(text) as Envelope;
    const heard: Heard = {
      ...{ what: 'heard', at, eventId: Metadata.EventId, platform: Platform },
      direction: IsOnline ? 'online' : 'offline',
      streams: Streams.map((stream) => {
        const time = IsOnline ? stream.ActualStartTime : stream.EndTime;
        return { id: stream.VideoId, key: stream.ChannelId, happenedAt: time === undefined ? null : Date.parse(time) };
      }),
    };
    return heard;
  } catch {
    return { what: 'unreadable', at, text };
  }
}

function truthOf({ world, random }: Simulator): Entry[] {
  const streamers = (random?.streamers ?? []).map((one): Entry => {
    // YouTube lists the videos of a channel under its id with another second letter.
    const uploads = one.platform === 'youtube' ? [`UU${one.identifier.slice(2)}`] : [];
    const names = [one.identifier, one.userId, one.login, ...uploads];
    return { what: 'streamer', platform: one.platform, key: one.identifier, names };
  });
  const broadcasts = world.history().flatMap((one): Entry[] => {
    if (one.startedAt === null) return [];
    const pauses = one.pauses.map(({ from, to }) => ({ from: from.getTime(), to: to?.getTime() ?? null }));
    const { platform, identifier: key, id, continues } = one;
    const [startedAt, endedAt] = [one.startedAt.getTime(), one.endedAt?.getTime() ?? null];
    return [{ what: 'broadcast', platform, key, id, startedAt, endedAt, continues, pauses }];
  });
  return [...streamers, ...broadcasts];
}

/** Answers that come truly, but drop by drop or late; whoever waits has them. */
const LATE = ['slow', 'late'];
/** Well-formed: that nobody is live, or that nobody has that name. */
const FALSE = ['empty', 'not-found'];
const REFUSALS = [401, 402, 403, 429];
/** "For today, or this month": longer than any run. */
const SPENT = ['quota', 'credits'];
const SPENT_MS = 24 * 3_600_000;

function requestsOf({ requests }: Simulator): Entry[] {
  return requests.recent().map((one): Entry => {
    const { at, platform, endpoint, ids, fault } = one;
    const restMs = SPENT.includes(fault ?? '') ? SPENT_MS : one.restMs;
    return { what: 'asked', at: at.getTime(), platform, endpoint, ids: [...ids], answer: answerOf(one), restMs };
  });
}

function answerOf({ status, fault, restMs }: RequestRecord): Asked['answer'] {
  if (fault !== null && FALSE.includes(fault)) return 'false';
  if (status !== null && (REFUSALS.includes(status) || restMs !== null)) return 'refused';
  if (status !== 200) return 'none';
  if (fault === null) return 'true';
  return LATE.includes(fault) ? 'late' : 'none';
}
