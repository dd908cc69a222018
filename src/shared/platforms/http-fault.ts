import type { Platform } from '../domain/platform.ts';
import { PlatformError, type PlatformFault } from './errors.ts';

/** What came back, read whole. */
export interface HttpAnswer {
  readonly endpoint: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What an answer means where the status alone does not say it. */
export interface Fault {
  readonly fault: PlatformFault;
  /** The platform's own word for it; never text that could quote our request. */
  readonly reason: string;
  readonly restUntil?: Date | null;
}

/** Knows one platform's error bodies. Undefined: the status says it all. */
export type ReadFault = (answer: HttpAnswer, now: Date) => Fault | undefined;

const RATE_REST_MS = 60_000;
const REFUSED_REST_MS = 30_000;
const CREDIT_REST_MS = 6 * 60 * 60_000;
const LONGEST_REST_MS = 25 * 60 * 60_000;

/** The one place where an answer that is no success becomes an error. */
export function faultOf(platform: Platform, answer: HttpAnswer, { readFault, now }: FaultContext): PlatformError {
  const { fault, reason, restUntil } = readFault(answer, now) ?? faultOfStatus(answer, now);
  const message = `${platform} answered ${answer.endpoint} with ${answer.status} (${reason})`;
  return new PlatformError(platform, fault, message, { restUntil: restUntil ?? null });
}

export interface FaultContext {
  readonly readFault: ReadFault;
  readonly now: Date;
}

function faultOfStatus({ status, headers }: HttpAnswer, now: Date): Fault {
  const after = (ms: number): Date => restOf(headers, now) ?? new Date(now.getTime() + ms);
  if (status === 429) return { fault: 'rate-limited', reason: 'too many requests', restUntil: after(RATE_REST_MS) };
  if (status === 402) return { fault: 'budget-spent', reason: 'no credit', restUntil: after(CREDIT_REST_MS) };
  if (status === 401 || status === 403) {
    return { fault: 'unauthorized', reason: 'refused', restUntil: new Date(now.getTime() + REFUSED_REST_MS) };
  }
  if (status >= 300 && status < 400) return { fault: 'unavailable', reason: 'a redirect, which is not followed' };
  if (status < 500) return { fault: 'unavailable', reason: 'request refused' };
  return { fault: 'unavailable', reason: 'server error', restUntil: retryAfter(headers, now) };
}

/**
 * Until when the headers ask us to rest: `Retry-After`, else a reset time in Unix seconds, as Twitch, X and TwitCasting
 * each spell it. Null when there is none, or none that makes sense.
 */
export function restOf(headers: Headers, now: Date): Date | null {
  return retryAfter(headers, now) ?? resetTime(headers, now);
}

const RESET_HEADERS = ['ratelimit-reset', 'x-rate-limit-reset', 'x-ratelimit-reset'];

function resetTime(headers: Headers, now: Date): Date | null {
  const text = RESET_HEADERS.map((name) => headers.get(name)).find((value) => value !== null);
  if (text === undefined || text === null || !/^\d{1,12}$/.test(text)) return null;
  // The reset is a time of the platform's clock; only its distance from there means something here.
  const theirNow = Date.parse(headers.get('date') ?? '');
  return inReason(Number(text) * 1_000 - (Number.isNaN(theirNow) ? now.getTime() : theirNow), now);
}

function retryAfter(headers: Headers, now: Date): Date | null {
  const text = headers.get('retry-after');
  if (text === null) return null;
  if (/^\d{1,9}$/.test(text)) return inReason(Number(text) * 1_000, now);
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : inReason(at - now.getTime(), now);
}

/** At least a second, so that a time already passed does not mean "at once, for ever". */
function inReason(ms: number, now: Date): Date {
  return new Date(now.getTime() + Math.min(Math.max(ms, 1_000), LONGEST_REST_MS));
}
