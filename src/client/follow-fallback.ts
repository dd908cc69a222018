import type { OnProblem } from './connection.ts';
import type { Said } from './follow-message.ts';
import { openJournal } from './journal.ts';

/** Neither sent nor kept: what is kept already fills the room it was given. */
export class FallbackFullError extends Error {
  override readonly name = 'FallbackFullError';
}

/** What could not be sent yet, in order, in a file that survives this process. */
export interface FollowFallback {
  /** How many messages wait. */
  size(): number;
  /** The oldest ones, at most `count`. */
  oldest(count: number): readonly Said[];
  /**
   * Keeps what there is room for, in order. When this returns, a power failure cannot take it away.
   * @returns how many of them are kept
   */
  add(messages: readonly Said[]): Promise<number>;
  /** The oldest ones are sent. A crash right after this may bring them back. */
  drop(count: number): Promise<void>;
  close(): Promise<void>;
}

export interface FollowFallbackParts {
  readonly file: string;
  /** Most bytes of waiting messages. The file may become twice as large. */
  readonly maxBytes: number;
  readonly onProblem: OnProblem;
}

export async function openFollowFallback({ file, maxBytes, onProblem }: FollowFallbackParts): Promise<FollowFallback> {
  const { journal, lines } = await openJournal(file);
  let waiting: Said[] = [];
  for (const line of lines) {
    const entry = readEntry(line);
    if (entry === undefined) onProblem(new Error(`${file}: passed over a line that nobody can read: ${line}`));
    else if ('sent' in entry) waiting = waiting.slice(entry.sent);
    else waiting.push(entry);
  }
  let bytes = waiting.reduce((sum, message) => sum + weightOf(message), 0);

  return {
    size: () => waiting.length,
    oldest: (count) => waiting.slice(0, count),
    async add(messages) {
      const fitting = fittingInto(maxBytes - bytes, messages);
      if (fitting.length === 0) return 0;
      await journal.append(fitting.map(lineOf), { sync: true });
      waiting.push(...fitting);
      bytes += fitting.reduce((sum, message) => sum + weightOf(message), 0);
      return fitting.length;
    },
    async drop(count) {
      const left = waiting.slice(count);
      bytes -= waiting.slice(0, count).reduce((sum, message) => sum + weightOf(message), 0);
      waiting = left;
      if (left.length === 0 || journal.size() > 2 * maxBytes) await journal.rewrite(left.map(lineOf));
      else await journal.append([JSON.stringify({ sent: count })], { sync: false });
    },
    close: () => journal.close(),
  };
}

function fittingInto(room: number, messages: readonly Said[]): Said[] {
  let left = room;
  const end = messages.findIndex((message) => {
    left -= weightOf(message);
    return left < 0;
  });
  return messages.slice(0, end === -1 ? messages.length : end);
}

function weightOf(message: Said): number {
  return Buffer.byteLength(lineOf(message)) + 1;
}

/** The message stays text inside of text, so that no id is ever parsed. */
function lineOf({ channel, message }: Said): string {
  return JSON.stringify({ channel, message });
}

function readEntry(line: string): Said | { readonly sent: number } | undefined {
  const entry = parse(line);
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { channel, message, sent } = entry as Record<string, unknown>;
  if (typeof sent === 'number') return { sent };
  return typeof channel === 'string' && typeof message === 'string' ? { channel, message } : undefined;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
