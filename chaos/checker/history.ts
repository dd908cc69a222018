import { z } from 'zod';
import {
  type Asked,
  type Broadcast,
  type Entry,
  entrySchema,
  type Fault,
  type Heard,
  type Quiet,
  type Rules,
  type Streamer,
  type Told,
  type Unreadable,
  type Wish,
} from './entry.ts';

/** A recorded history, each kind of entry in the order of its lines. */
export interface History {
  readonly rules: Rules;
  readonly streamers: readonly Streamer[];
  readonly broadcasts: readonly Broadcast[];
  readonly wishes: readonly Wish[];
  readonly heard: readonly Heard[];
  readonly told: readonly Told[];
  readonly unreadable: readonly Unreadable[];
  readonly asked: readonly Asked[];
  readonly faults: readonly Fault[];
  readonly quiet: Quiet | null;
}

/** @param text JSON, one entry a line. @throws with the number of the line that is none, and when there are no rules */
export function readHistory(text: string): History {
  const lines = text.split('\n');
  return historyOf(lines.flatMap((line, at) => (line.trim() === '' ? [] : [readLine(line, at + 1)])));
}

/** @throws when there are no rules among them */
export function historyOf(entries: readonly Entry[]): History {
  const rules = entries.find((entry) => entry.what === 'rules');
  if (!rules) throw new Error('this history has no line with "what":"rules": nobody knows what may be asked');
  return {
    rules,
    streamers: entries.filter((entry) => entry.what === 'streamer'),
    broadcasts: entries.filter((entry) => entry.what === 'broadcast'),
    wishes: entries.filter((entry): entry is Wish => entry.what === 'follow' || entry.what === 'unfollow'),
    heard: entries.filter((entry) => entry.what === 'heard'),
    told: entries.filter((entry) => entry.what === 'told'),
    unreadable: entries.filter((entry) => entry.what === 'unreadable'),
    asked: entries.filter((entry) => entry.what === 'asked'),
    faults: entries.filter((entry) => entry.what === 'fault'),
    quiet: entries.find((entry) => entry.what === 'quiet') ?? null,
  };
}

function readLine(line: string, number: number): Entry {
  try {
    return entrySchema.parse(JSON.parse(line));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new Error(`line ${number} of the history is no entry: ${reason}`, { cause: error });
  }
}
