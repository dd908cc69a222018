import { durationMs } from '../shared/config/fields.ts';
import { parseSaidAt } from '../shared/contracts/timestamp.ts';
import { shown } from '../shared/domain/shown.ts';
import { UsageError } from './exit-codes.ts';

/**
 * Reads a moment as people write it: ISO 8601, in UTC unless it names a zone, or how long ago it was (`90m`).
 * @throws UsageError when it is none
 */
export function readMoment(text: string, now: Date): Date {
  const agoMs = durationMs(text.trim());
  const then = new Date(now.getTime() - (agoMs ?? 0));
  // Longer ago than there are dates is no moment either.
  if (agoMs !== undefined && !Number.isNaN(then.getTime())) return then;
  const moment = parseSaidAt(text.trim().replace(/^(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2})(?!:)/, '$1:00'));
  if (moment !== undefined) return new Date(moment);
  throw new UsageError(
    `${shown(text)} is no moment: expected a time such as 2026-09-26T10:00Z, or how long ago, such as 90m or 2h`,
  );
}
