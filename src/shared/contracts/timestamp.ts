const FORMAT = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?\s*(Z|[+-]\d{2}(?::?\d{2})?)?$/i;

/** UTC offsets reach from -12:00 to +14:00. */
const MAX_OFFSET_MINUTES = 14 * 60;

/** Until here microseconds are exact in a JavaScript number. What claims to be later is no better than no timestamp. */
const END_MS = Date.UTC(2200, 0);

/**
 * Reads a publisher's timestamp: ISO 8601 with up to nine fraction digits (.NET writes six or seven), an offset, `Z`,
 * or no zone at all, which is UTC.
 * @returns ISO 8601 in UTC with exactly six fraction digits; undefined when it is absent or unusable, as .NET's
 *   `0001-01-01T00:00:00`, anything before 1970 or after 2199, and what is no date
 */
export function parseSaidAt(value: unknown): string | undefined {
  const match = typeof value === 'string' ? FORMAT.exec(value.trim()) : null;
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = match;
  const wallClock = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const offset = offsetMinutes(zone);
  const ms = Date.parse(`${wallClock}.000Z`);
  if (offset === undefined || Number.isNaN(ms) || !isSameWallClock(ms, wallClock)) return undefined;
  const utc = ms - offset * 60_000;
  if (utc < 0 || utc >= END_MS) return undefined;
  return saidAtFromMicros(utc * 1_000 + Number(fraction.padEnd(6, '0').slice(0, 6)));
}

/** @param micros microseconds since 1970 */
export function saidAtFromMicros(micros: number): string {
  const seconds = Math.floor(micros / 1_000_000);
  const fraction = String(micros - seconds * 1_000_000).padStart(6, '0');
  return `${new Date(seconds * 1_000).toISOString().slice(0, 19)}.${fraction}Z`;
}

/** @param saidAt as `parseSaidAt` writes it */
export function microsOf(saidAt: string): number {
  return Date.parse(`${saidAt.slice(0, 19)}Z`) * 1_000 + Number(saidAt.slice(20, 26));
}

/** `Date.parse` carries 30 February over into March, and takes 24:00. */
function isSameWallClock(ms: number, wallClock: string): boolean {
  return new Date(ms).toISOString().startsWith(wallClock);
}

function offsetMinutes(zone: string): number | undefined {
  if (zone.toUpperCase() === 'Z') return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(':', '') || '0')];
  const total = hours * 60 + minutes;
  if (minutes > 59 || total > MAX_OFFSET_MINUTES) return undefined;
  return zone.startsWith('-') ? -total : total;
}
