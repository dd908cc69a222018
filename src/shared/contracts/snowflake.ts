import { isLosslessNumber } from 'lossless-json';
import type { Snowflake } from '../domain/follow.ts';

const LARGEST = 2n ** 64n - 1n;

/**
 * Reads a Discord id: a bare JSON number (kept whole by the lossless parser) or a string, from 1 to 2^64-1.
 * @returns undefined when it is anything else, a JavaScript number too: it may already have lost digits
 */
export function parseSnowflake(value: unknown): Snowflake | undefined {
  const text = digitsOf(value);
  if (text === undefined || !/^[1-9]\d{0,19}$/.test(text)) return undefined;
  return BigInt(text) <= LARGEST ? text : undefined;
}

/** True for what a .NET publisher sends when an id was never set. */
export function isUnsetSnowflake(value: unknown): boolean {
  return value === undefined || value === null || digitsOf(value) === '0' || digitsOf(value) === '';
}

function digitsOf(value: unknown): string | undefined {
  if (isLosslessNumber(value)) return value.toString();
  return typeof value === 'string' ? value.trim() : undefined;
}
