import { z } from 'zod';

/** Longest text and address kept of an answer. The longest title of a platform has 200 characters. */
const MOST_CHARACTERS = 1_000;

/** What no broadcast is dated before, or after: tables, events and their readers hold no such times. In ms. */
const [FIRST_MS, LAST_MS] = [Date.UTC(1970, 0), Date.UTC(2200, 0)];

/** An id of something: tables, keys and addresses take it as it is. */
export const answerId = z.string().regex(/^[^\p{C}\s]{1,128}$/u);

/** Text that may be missing, empty or of another type: then it is null. For what is shown, never for ids. */
export const optionalText = z
  .unknown()
  .optional()
  .transform((value) => (typeof value === 'string' && value !== '' ? shortened(value) : null));

/** An address that may be missing or senseless: then it is null. */
export const optionalUrl = z
  .unknown()
  .optional()
  .transform((value) => (typeof value === 'string' && isAddress(value) ? value : null));

/** An ISO 8601 time that may be missing or senseless: then it is null. */
export const optionalTime = z
  .unknown()
  .optional()
  .transform((value) => (typeof value === 'string' && ISO.test(value) ? timeOf(Date.parse(value)) : null));

/** A time in Unix seconds; 0 and what is no number are null. */
export const optionalUnixTime = z
  .unknown()
  .optional()
  .transform((value) => (typeof value === 'number' && value > 0 ? timeOf(value * 1_000) : null));

/** `Date.parse` makes a time of much else. */
const ISO = /^\d{4}-\d\d-\d\dT/;

function timeOf(ms: number): Date | null {
  return ms >= FIRST_MS && ms < LAST_MS ? new Date(ms) : null;
}

/** Never half a character. */
function shortened(text: string): string {
  if (text.length <= MOST_CHARACTERS) return text;
  return text.slice(0, MOST_CHARACTERS).replace(/[\ud800-\udbff]$/, '');
}

function isAddress(text: string): boolean {
  return text.length <= MOST_CHARACTERS && /^https?:\/\/[^\p{C}\s]+$/u.test(text);
}

/** Rows of an answer that could be read, and of whom those are that could not. */
export interface ReadRows<T> {
  readonly rows: readonly T[];
  /** Of each row that cannot be read, whose it is; null where not even that can be read. */
  readonly spoiled: readonly (string | null)[];
}

/**
 * A list of rows, each judged for itself: one that cannot be read says nothing of its neighbours.
 * @param owner the field that says whose a row is
 */
export function rowsOf<T extends z.ZodType>(row: T, owner: string) {
  return z.array(z.unknown()).transform((list): ReadRows<z.output<T>> => {
    const read = list.map((one) => ({ one, result: row.safeParse(one) }));
    return {
      rows: read.flatMap(({ result }) => (result.success ? [result.data] : [])),
      spoiled: read.flatMap(({ one, result }) => (result.success ? [] : [ownerOf(one, owner)])),
    };
  });
}

function ownerOf(row: unknown, field: string): string | null {
  const read = z.looseObject({ [field]: answerId }).safeParse(row);
  return read.success ? (read.data[field] ?? null) : null;
}
