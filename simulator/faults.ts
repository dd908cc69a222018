import { z } from 'zod';
import { PLATFORMS, type Platform } from '../src/shared/domain/platform.ts';
import type { Random } from './random.ts';

/**
 * What can go wrong, by name:
 * - `unauthorized` 401 · `forbidden` 403 · `not-found` 404 in the platform's own words · `html-not-found` a web server's 404 page
 * - `rate-limited` as the platform says it, with its headers; `bare-rate-limited` the same without any header
 * - `quota` the paid or daily allowance is used up (YouTube 403, X 429 usage-capped, TwitCasting 403/2000, Twitch 429)
 * - `credits` 402 (X) · `bad-request` 400 · `server-error` 500 · `unavailable` 503
 * - `timeout` no answer, ever · `slow` the true answer, drop by drop over `delayMs` · `late` the true answer after `delayMs`
 * - `garbage` 200 with no known format · `truncated` half of the true answer, connection cut · `half` half of it, well-formed HTTP
 * - `huge` 200 with `bytes` of text · `empty` a true answer that says "nothing" · `no-body` 200 without a body
 * - `down` the connection is cut before any answer
 */
export const FAULT_KINDS = [
  'unauthorized',
  'forbidden',
  'not-found',
  'html-not-found',
  'rate-limited',
  'bare-rate-limited',
  'quota',
  'credits',
  'bad-request',
  'server-error',
  'unavailable',
  'timeout',
  'slow',
  'late',
  'garbage',
  'truncated',
  'half',
  'huge',
  'empty',
  'no-body',
  'down',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** What is asked for; the control interface reads the same shape. */
export const faultSchema = z.strictObject({
  kind: z.enum(FAULT_KINDS),
  platform: z.enum(PLATFORMS),
  /** Only this endpoint, by its name in the request log. Absent: all of the platform. */
  endpoint: z.string().optional(),
  /** Only the next so many requests. Absent: until it is cleared. */
  times: z.number().int().positive().optional(),
  /** Share of the requests that it hits. */
  rate: z.number().min(0).max(1).optional(),
  /** For `rate-limited` and `unavailable`: what Retry-After, or the reset header, says. */
  retryAfterSeconds: z.number().nonnegative().optional(),
  delayMs: z.number().nonnegative().optional(),
  bytes: z.number().int().positive().optional(),
});

export type FaultRequest = z.infer<typeof faultSchema>;

export interface Fault extends FaultRequest {
  readonly id: string;
}

/** The faults that are switched on. */
export interface Faults {
  add(fault: FaultRequest): Fault;
  /** @returns false when there is none with this id */
  remove(id: string): boolean;
  /** Everything works again, on one platform or on all. */
  clear(platform?: Platform): void;
  list(): Fault[];
  /** The fault that hits this request, if any; uses up one of its `times`. The oldest goes first. */
  strike(platform: Platform, endpoint: string): Fault | undefined;
}

export function createFaults(random: Random): Faults {
  const faults = new Map<string, Fault>();
  let added = 0;

  function use(fault: Fault): Fault {
    if (fault.times === undefined) return fault;
    if (fault.times > 1) faults.set(fault.id, { ...fault, times: fault.times - 1 });
    else faults.delete(fault.id);
    return fault;
  }

  return {
    add(request) {
      added += 1;
      const fault = { ...request, id: String(added) };
      faults.set(fault.id, fault);
      return fault;
    },
    remove: (id) => faults.delete(id),
    clear(platform) {
      for (const fault of faults.values()) if (!platform || fault.platform === platform) faults.delete(fault.id);
    },
    list: () => [...faults.values()],
    strike(platform, endpoint) {
      const fault = [...faults.values()].find(
        (one) =>
          one.platform === platform &&
          (one.endpoint === undefined || one.endpoint === endpoint) &&
          random.chance(one.rate ?? 1),
      );
      return fault && use(fault);
    },
  };
}
