import { z } from 'zod';
import type { Clock } from '../src/shared/runtime/clock.ts';

const count = z.number().int().positive();

/** How much each platform allows. The defaults are the real ones; a test or a benchmark raises or lowers them. */
export const limitsSchema = z.strictObject({
  youtube: z.strictObject({ unitsPerDay: count }),
  /** Points a minute, refilled steadily. */
  twitch: z.strictObject({
    pointsPerMinute: count,
    /** Of all EventSub subscriptions together. */
    maxTotalCost: count,
  }),
  /**
   * Each endpoint by itself; the per-second one holds for `spaces/by/creator_ids` only, `activityPerWindow` for activity
   * subscriptions, of which there may be so many in all.
   */
  twitter: z.strictObject({
    ...{ perSecond: count, perWindow: count, windowMs: count },
    ...{ activityPerWindow: count, subscriptions: count },
  }),
  /** Each endpoint by itself. */
  twitcasting: z.strictObject({ perWindow: count, windowMs: count }),
});

export type Limits = z.infer<typeof limitsSchema>;

/** Limits where only what changes is named. */
export const someLimitsSchema = z.strictObject({
  youtube: limitsSchema.shape.youtube.partial().optional(),
  twitch: limitsSchema.shape.twitch.partial().optional(),
  twitter: limitsSchema.shape.twitter.partial().optional(),
  twitcasting: limitsSchema.shape.twitcasting.partial().optional(),
});

export type SomeLimits = z.infer<typeof someLimitsSchema>;

export const REAL_LIMITS: Limits = {
  youtube: { unitsPerDay: 10_000 },
  twitch: { pointsPerMinute: 800, maxTotalCost: 10_000 },
  twitter: { perSecond: 1, perWindow: 300, windowMs: 15 * 60_000, activityPerWindow: 500, subscriptions: 1_500 },
  twitcasting: { perWindow: 60, windowMs: 60_000 },
};

/** What is left after a request was counted, or refused. */
export interface Allowance {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** When everything is allowed again. */
  readonly reset: Date;
}

/** Counts requests against a limit. */
export interface Meter {
  take(): Allowance;
}

/** A window that opens with the first request and allows so many until it closes (X, TwitCasting). */
export function createWindow(clock: Clock, limits: () => { limit: number; windowMs: number }): Meter {
  let closesAt = 0;
  let used = 0;
  return {
    take() {
      const now = clock.now().getTime();
      const { limit, windowMs } = limits();
      if (now >= closesAt) [closesAt, used] = [now + windowMs, 0];
      const allowed = used < limit;
      if (allowed) used += 1;
      return { allowed, limit, remaining: limit - used, reset: new Date(closesAt) };
    },
  };
}

/** A bucket that refills steadily, full again after a minute (Twitch). */
export function createBucket(clock: Clock, perMinute: () => number): Meter {
  let level = perMinute();
  let at = clock.now().getTime();
  return {
    take() {
      const now = clock.now().getTime();
      const limit = perMinute();
      level = Math.min(limit, level + ((now - at) * limit) / 60_000);
      at = now;
      const allowed = level >= 1;
      if (allowed) level -= 1;
      const reset = new Date(now + ((limit - level) / limit) * 60_000);
      return { allowed, limit, remaining: Math.floor(level), reset };
    },
  };
}

/** One meter for each name, made when it is first asked for. */
export function meterFor(make: () => Meter): (name: string) => Meter {
  const meters = new Map<string, Meter>();
  return (name) => {
    const meter = meters.get(name) ?? make();
    meters.set(name, meter);
    return meter;
  };
}
