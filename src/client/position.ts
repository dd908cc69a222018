import type { StreamData } from '../shared/contracts/status-events.ts';

/** How far a shard has come. Plain JSON: it may be stored anywhere, and must come back as it was. */
export interface Position {
  /** The count that `sequence` belongs to; empty while the first snapshot is being told. */
  readonly epoch: string;
  /** Number of the last event handled, decimal text beyond what a JavaScript number holds. */
  readonly sequence: string;
  /** What is live as far as this shard was told, by `<platform>/<VideoId>`. */
  readonly live: Readonly<Record<string, StreamData>>;
  /** The last broadcasts told to have ended, oldest first: an event that comes again in a new epoch is not told again. */
  readonly ended: readonly string[];
  /** Which events before it were never read. Absent while there can be none. */
  readonly past?: Past;
}

/** Numbers of one epoch that were handled without a hole. */
export interface Run {
  readonly epoch: string;
  readonly from: string;
  readonly to: string;
}

/** What lies behind a position. Only asked when something is published again. */
export interface Past {
  /** First number of the run in force. */
  readonly since: string;
  /** The runs before it, oldest first: between them are events that were never read. */
  readonly runs: readonly Run[];
  /** The last pieces of news that comparing told instead of their events: `online twitch/1`. */
  readonly compared: readonly string[];
}

/** Where a shard keeps its position. Two shards need two. */
export interface PositionStore {
  /** Null when there was none yet. @throws when there is one that cannot be read: starting anew would lose events */
  load(): Promise<Position | null>;
  /** When it returns, the position survives the end of this process. */
  save(position: Position): Promise<void>;
  close?(): Promise<void>;
}

/** More than can be published and lost again with one Redis. */
const MOST_ENDED = 1_000;

export function withEnded(ended: readonly string[], more: readonly string[]): readonly string[] {
  return more.length === 0 ? ended : [...ended, ...more].slice(-MOST_ENDED);
}
