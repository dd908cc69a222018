import { streamData } from '../shared/contracts/status-events.ts';
import { openJournal, type Journal } from './journal.ts';
import { type Position, type PositionStore, withEnded } from './position.ts';

/** What one save changed; `full` where everything is said anew. */
interface Line {
  readonly full?: boolean;
  readonly epoch: string;
  readonly sequence: string;
  readonly on: Position['live'];
  readonly off: readonly string[];
  readonly ended: readonly string[];
  /** Absent where it is as before. */
  readonly past?: Position['past'];
}

/** So many saves are appended before the file is written anew. */
const MOST_LINES = 500;

/** Keeps the position in a file, safe from being killed at any moment. One process at a time may use it. */
export function filePositionStore(file: string): PositionStore {
  let journal: Journal | undefined;
  let lines = 0;
  let saved: Position | null = null;

  async function save(position: Position): Promise<void> {
    if (!journal) throw new Error(`load ${file} before saving to it`);
    if (saved === null || lines >= MOST_LINES) {
      await journal.rewrite([JSON.stringify(lineOf(null, position))]);
      lines = 1;
    } else {
      await journal.append([JSON.stringify(lineOf(saved, position))], { sync: true });
      lines += 1;
    }
    saved = position;
  }

  async function close(): Promise<void> {
    await journal?.close();
    journal = undefined;
  }

  return {
    save,
    async load() {
      const opened = await openJournal(file);
      journal = opened.journal;
      lines = opened.lines.length;
      try {
        saved = opened.lines.reduce<Position | null>((position, line) => apply(position, readLine(line)), null);
      } catch (cause) {
        await close();
        throw new Error(`${file} is damaged; without it nobody knows what was missed. Remove it to start anew`, {
          cause,
        });
      }
      return saved;
    },
    close,
  };
}

function lineOf(before: Position | null, { epoch, sequence, live, ended, past }: Position): Line {
  const news = past === before?.past ? {} : withPast(past);
  if (before === null) return { full: true, epoch, sequence, on: live, off: [], ended, ...news };
  const known = new Set(before.ended);
  const changed = Object.entries(live).filter(([broadcast, stream]) => before.live[broadcast] !== stream);
  return {
    epoch,
    sequence,
    on: Object.fromEntries(changed),
    off: Object.keys(before.live).filter((broadcast) => !(broadcast in live)),
    ended: ended.filter((broadcast) => !known.has(broadcast)),
    ...news,
  };
}

function apply(before: Position | null, { full, epoch, sequence, on, off, ended, past }: Line): Position {
  if (full || before === null) return { epoch, sequence, live: on, ended, ...withPast(past) };
  const gone = new Set(off);
  const stayed = Object.entries(before.live).filter(([broadcast]) => !gone.has(broadcast));
  const live = { ...Object.fromEntries(stayed), ...on };
  return { epoch, sequence, live, ended: withEnded(before.ended, ended), ...withPast(past ?? before.past) };
}

function withPast(past: Position['past']): Pick<Position, 'past'> {
  return past === undefined ? {} : { past };
}

/** @throws SyntaxError | TypeError when this store did not write it */
function readLine(text: string): Line {
  const line = JSON.parse(text) as Partial<Line> | null;
  const isOurs =
    typeof line?.epoch === 'string' &&
    /^\d{1,19}$/.test(line.sequence ?? '') &&
    isObject(line.on) &&
    [line.off, line.ended].every((list) => Array.isArray(list) && list.every((one) => typeof one === 'string'));
  if (!isOurs) throw new TypeError(`expected a saved position, got ${text.slice(0, 80)}`);
  return line as Line;
}

/** @returns false where a stream is none, too */
function isObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((stream) => streamData.safeParse(stream).success);
}
