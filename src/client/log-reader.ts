import type { Redis } from 'ioredis';
import { EPOCH_KEY, LIVE_KEY, LOG_KEY, SEQUENCE_KEY } from '../shared/contracts/channels.ts';
import type { StreamData } from '../shared/contracts/status-events.ts';
import type { LogEntry, LogPage, Snapshot } from './catch-up.ts';
import type { OnProblem } from './connection.ts';
import type { Position } from './position.ts';
import { readStatusEvent, readStream } from './read-event.ts';

/** Most entries of the log in memory at once. */
const PAGE = 100;

type Fields = readonly Buffer[];

/** Reads what Tallylight keeps for shards, each time as it was at one moment. */
export function createLogReader(redis: Redis, onProblem: OnProblem) {
  return {
    /** @throws what Redis answered, or why it did not */
    async page(position: Position | null): Promise<LogPage> {
      const after = `${BigInt(position?.sequence ?? '0') + 1n}-0`;
      const [epoch, sequence, entries] = resultsOf(
        await redis.multi().get(EPOCH_KEY).get(SEQUENCE_KEY).xrangeBuffer(LOG_KEY, after, '+', 'COUNT', PAGE).exec(),
      ) as [string | null, string | null, [Buffer, Fields][]];
      return { epoch, sequence: countOf(sequence), entries: entries.map(([id, fields]) => entryOf(id, fields)) };
    },

    /** Null when there is no epoch: then it is not known what is live. */
    async snapshot(): Promise<Snapshot | null> {
      const [epoch, sequence, live] = resultsOf(
        await redis.multi().get(EPOCH_KEY).get(SEQUENCE_KEY).hgetallBuffer(LIVE_KEY).exec(),
      ) as [string | null, string | null, Record<string, Buffer>];
      const count = countOf(sequence);
      if (epoch === null || count === null) return null;
      return { epoch, sequence: count, live: Object.fromEntries(Object.entries(live).flatMap(readField)) };
    },
  };

  function entryOf(id: Buffer, fields: Fields): LogEntry {
    const sequence = id.toString().split('-')[0] ?? '';
    const at = fields.findIndex((field, index) => index % 2 === 0 && field.toString() === 'event');
    const event = readStatusEvent(fields[at + 1] ?? Buffer.alloc(0));
    const isItself = event?.Metadata.Sequence === sequence;
    if (!isItself)
      onProblem(new Error(`passed over entry ${id} of ${LOG_KEY}: it is no event that this version reads`));
    return { sequence, event: isItself ? event : null };
  }

  function readField([field, raw]: [string, Buffer]): [string, StreamData][] {
    const stream = readStream(raw);
    if (stream) return [[field, stream]];
    onProblem(new Error(`passed over ${field} of ${LIVE_KEY}: it is no stream that this version reads`));
    return [];
  }
}

export type LogReader = ReturnType<typeof createLogReader>;

function countOf(sequence: string | null): string | null {
  return sequence !== null && /^\d{1,19}$/.test(sequence) ? sequence : null;
}

function resultsOf(replies: [Error | null, unknown][] | null): unknown[] {
  if (replies === null) throw new Error(`Redis gave up the transaction that reads ${LOG_KEY}`);
  return replies.map(([error, result]) => {
    if (error) throw new Error(`cannot read ${LOG_KEY} and what belongs to it`, { cause: error });
    return result;
  });
}
