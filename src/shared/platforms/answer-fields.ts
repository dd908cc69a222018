import { z } from 'zod';

/** Text that may be missing, empty or of another type: then it is null. For what is shown, never for ids. */
export const optionalText = z
  .unknown()
  .optional()
  .transform((value) => (typeof value === 'string' && value !== '' ? value : null));

/** An ISO 8601 time that may be missing or senseless: then it is null. */
export const optionalTime = z
  .unknown()
  .optional()
  .transform((value) => (typeof value === 'string' ? timeOf(Date.parse(value)) : null));

/** A time in Unix seconds; 0 and what is no number are null. */
export const optionalUnixTime = z
  .unknown()
  .optional()
  .transform((value) => (typeof value === 'number' && value > 0 ? timeOf(value * 1_000) : null));

function timeOf(ms: number): Date | null {
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? null : time;
}
