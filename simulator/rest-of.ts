import type { Answer } from './wire.ts';

const RESET_HEADERS = ['ratelimit-reset', 'x-rate-limit-reset', 'x-ratelimit-reset'];

/** For how long (ms) a refusal asks to be left alone, by `Retry-After` or the reset of its limit. Null: it does not say. */
export function restOf({ status, headers }: Answer, now: Date): number | null {
  if (status < 400) return null;
  const seconds = headers['retry-after'];
  if (seconds !== undefined) return Number(seconds) * 1_000;
  const reset = RESET_HEADERS.map((name) => headers[name]).find((value) => value !== undefined);
  return reset === undefined ? null : Math.max(0, Number(reset) * 1_000 - now.getTime());
}
