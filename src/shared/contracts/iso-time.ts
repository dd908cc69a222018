/** ISO 8601 in UTC; milliseconds only where there are any: `2026-09-26T10:00:00Z`, `2026-09-26T10:00:13.512Z`. */
export function isoTime(at: Date): string {
  return at.toISOString().replace('.000Z', 'Z');
}
