const PACIFIC = 'America/Los_Angeles';

/** The calendar day in Pacific time, `2026-09-26`: YouTube's quota counts by it. Source: YouTube Data API, quota costs. */
export function pacificDay(now: Date): string {
  const { year, month, day } = pacificParts(now);
  return [year, month, day].map((part) => String(part).padStart(2, '0')).join('-');
}

/** When the next Pacific day begins. */
export function nextPacificMidnight(now: Date): Date {
  const { year, month, day } = pacificParts(now);
  // Clocks change at two in the morning, so a Pacific midnight is always 7 or 8 hours behind the one of UTC.
  const summer = new Date(Date.UTC(year, month - 1, day + 1, 7));
  return pacificParts(summer).hour === 0 ? summer : new Date(Date.UTC(year, month - 1, day + 1, 8));
}

function pacificParts(at: Date): { year: number; month: number; day: number; hour: number } {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: PACIFIC,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
  });
  const parts = new Map(format.formatToParts(at).map((part) => [part.type, Number(part.value)]));
  return {
    year: parts.get('year') ?? 0,
    month: parts.get('month') ?? 0,
    day: parts.get('day') ?? 0,
    hour: parts.get('hour') ?? 0,
  };
}
