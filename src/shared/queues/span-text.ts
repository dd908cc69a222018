const UNITS = [
  { name: 'd', ms: 86_400_000 },
  { name: 'h', ms: 3_600_000 },
  { name: 'min', ms: 60_000 },
] as const;

/** A span of time as people say it: `0.4 s`, `12 s`, `3 min`, `5 h`, `2 d`. */
export function spanText(ms: number): string {
  const unit = UNITS.find((one) => ms >= 2 * one.ms);
  if (unit) return `${Math.round(ms / unit.ms)} ${unit.name}`;
  const seconds = ms / 1_000;
  return `${seconds < 10 ? Number(seconds.toFixed(1)) : Math.round(seconds)} s`;
}
