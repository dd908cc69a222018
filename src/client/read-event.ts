import { JsonRefusal, parseJson } from '../shared/contracts/json.ts';
import { toPlainJson } from '../shared/contracts/plain-json.ts';
import { type StatusEvent, type StreamData, statusEvent, streamData } from '../shared/contracts/status-events.ts';

/** A hundred streams with the longest titles and addresses are below 1 MiB. */
const LIMITS = { bytes: 8 * 1024 * 1024, depth: 32 };

/**
 * Reads an event without losing a digit: a number that JavaScript cannot hold becomes text.
 * @returns null when it is no event of the contract
 */
export function readStatusEvent(raw: Buffer): StatusEvent | null {
  return read(raw, (value) => statusEvent.safeParse(value));
}

/** Reads a stream of the snapshot; null when it is none. */
export function readStream(raw: Buffer): StreamData | null {
  return read(raw, (value) => streamData.safeParse(value));
}

type Parsed<T> = { readonly success: true; readonly data: T } | { readonly success: false };

function read<T>(raw: Buffer, parse: (value: unknown) => Parsed<T>): T | null {
  try {
    const result = parse(toPlainJson(parseJson(raw, LIMITS)));
    return result.success ? result.data : null;
  } catch (error) {
    if (error instanceof JsonRefusal) return null;
    throw error;
  }
}
