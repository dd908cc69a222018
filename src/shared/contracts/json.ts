import { parse } from 'lossless-json';

/** Most bytes of one message. A follow is about 500 bytes; this leaves room for an array of hundreds. */
export const MAX_MESSAGE_BYTES = 256 * 1024;

/** Deepest nesting of one message. The parser recurses, so an unbounded depth would overflow the stack. */
export const MAX_MESSAGE_DEPTH = 64;

export interface JsonLimits {
  readonly bytes: number;
  readonly depth: number;
}

export const MESSAGE_LIMITS: JsonLimits = { bytes: MAX_MESSAGE_BYTES, depth: MAX_MESSAGE_DEPTH };

/** A message that is not the JSON we take: the message of the error is a reason for people. */
export class JsonRefusal extends Error {
  override readonly name = 'JsonRefusal';
}

/**
 * Parses JSON without losing a digit: numbers become `LosslessNumber`. Size and depth are bounded by a cheap scan
 * before anything is built. Of a name given twice the last wins, as in the readers of the neighbours (Newtonsoft.Json).
 * `__proto__` is a property like any other.
 * @throws JsonRefusal when it is too large, too deep, not UTF-8 or not JSON
 */
export function parseJson(raw: Buffer, limits: JsonLimits = MESSAGE_LIMITS): unknown {
  if (raw.length > limits.bytes) {
    throw new JsonRefusal(`message: expected at most ${limits.bytes} bytes, got ${raw.length}`);
  }
  if (isDeeperThan(raw, limits.depth)) {
    throw new JsonRefusal(`message: expected at most ${limits.depth} levels of nesting`);
  }
  return parseText(decode(raw));
}

function parseText(text: string): unknown {
  try {
    return parse(text, undefined, { onDuplicateKey: ({ newValue }) => newValue });
  } catch (error) {
    const what = error instanceof SyntaxError ? error.message : String(error);
    throw new JsonRefusal(`message: expected JSON: ${what.slice(0, 200)}`, { cause: error });
  }
}

/** Drops a byte order mark. */
function decode(raw: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(raw);
  } catch (error) {
    throw new JsonRefusal('message: expected UTF-8, got bytes that are not', { cause: error });
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** All bytes of a multi-byte character are above 0x7f, so bytes can be scanned as they are. */
function isDeeperThan(raw: Buffer, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < raw.length; index++) {
    const byte = raw[index] ?? 0;
    if (inString && byte === BACKSLASH) index++;
    else if (byte === QUOTE) inString = !inString;
    else if (inString) continue;
    else if (OPENING.has(byte) && ++depth > limit) return true;
    else if (CLOSING.has(byte)) depth--;
  }
  return false;
}
