import { z } from 'zod';

/** Text that may be missing, null or of another type: then it is null. For what is shown, never for ids. */
export const optionalText = z
  .string()
  .nullish()
  .catch(null)
  .transform((text) => (text ? text : null));

/** An ISO 8601 time that may be missing or senseless: then it is null. */
export const optionalTime = z
  .unknown()
  .transform((value) => (typeof value === 'string' ? timeOf(Date.parse(value)) : null));

/** A time in Unix seconds; 0 and what is no number are null. */
export const optionalUnixTime = z
  .unknown()
  .transform((value) => (typeof value === 'number' && value > 0 ? timeOf(value * 1_000) : null));

function timeOf(ms: number): Date | null {
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? null : time;
}
