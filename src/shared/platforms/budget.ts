import type { Platform } from '../domain/platform.ts';
import { budgetKey } from '../queues/keys.ts';
import type { RedisConnection } from '../redis/open-connection.ts';
import { type Clock, sleep } from '../runtime/clock.ts';
import { runScript, script } from '../runtime/script.ts';
import { PlatformError } from './errors.ts';
import { nextPacificMidnight, pacificDay } from './pacific-day.ts';

/** How much may be asked of a platform, and how often. */
export interface BudgetRule {
  readonly name: string;
  /** Requests or units in one window. Read each time: it may follow a setting. */
  readonly limit: number;
  /** Milliseconds from the first spending in it, or a calendar day in Pacific time. */
  readonly window: number | 'pacific-day';
  /** Least milliseconds between two requests. */
  readonly gapMs?: number;
}

export interface BudgetReading {
  readonly name: string;
  readonly limit: number;
  readonly used: number;
  readonly left: number;
  /** Null while nothing of the window is used. */
  readonly resetsAt: Date | null;
}

/** One allowance, shared by every process through Redis. */
export interface Budget {
  readonly name: string;
  readonly limit: number;
  /**
   * Takes `cost` out of the window. Waits its turn where requests need a gap between them.
   * @throws PlatformError `budget-spent` with the time it refills
   */
  spend(signal: AbortSignal, cost?: number): Promise<void>;
  /** The same for what can be left undone. @returns false when it is spent */
  trySpend(signal: AbortSignal, cost?: number): Promise<boolean>;
  read(): Promise<BudgetReading>;
}

export interface BudgetParts {
  readonly redis: RedisConnection;
  readonly platform: Platform;
  readonly clock: Clock;
}

/** A queue for the gap longer than this is better joined by a later look. */
const LONGEST_WAIT_MS = 5_000;
const DAY_MS = 24 * 60 * 60_000;

/**
 * KEYS  1 what the window has used · 2 when the next request may start
 * ARGV  1 limit · 2 cost · 3 length of a new window · 4 gap · 5 longest wait for the gap (all ms)
 * Returns {1, ms to wait before asking} or {0, ms until there is room}.
 */
const SPEND = script(`
local used = tonumber(redis.call('GET', KEYS[1]) or '0')
if used + tonumber(ARGV[2]) > tonumber(ARGV[1]) then
  local left = redis.call('PTTL', KEYS[1])
  return {0, left >= 0 and left or tonumber(ARGV[3])}
end
local wait, gap = 0, tonumber(ARGV[4])
if gap > 0 then
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local free = math.max(now, tonumber(redis.call('GET', KEYS[2]) or '0'))
  wait = free - now
  if wait > tonumber(ARGV[5]) then return {0, wait} end
  redis.call('SET', KEYS[2], string.format('%.0f', free + gap), 'PX', wait + gap)
end
redis.call('INCRBY', KEYS[1], ARGV[2])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return {1, wait}`);

export function createBudget(parts: BudgetParts, rule: BudgetRule): Budget {
  const { redis, platform, clock } = parts;
  const key = budgetKey(platform, rule.name);

  /** The key names the day, so that yesterday's spending never counts, whatever its time to live. */
  const window = (now: Date): { key: string; ms: number } =>
    rule.window === 'pacific-day'
      ? { key: `${key}:${pacificDay(now)}`, ms: nextPacificMidnight(now).getTime() - now.getTime() }
      : { key, ms: rule.window };

  async function take(signal: AbortSignal, cost: number): Promise<Date | null> {
    const now = clock.now();
    const { key: counter, ms } = window(now);
    const argv = [rule.limit, cost, Math.min(ms, DAY_MS + 3_600_000), rule.gapMs ?? 0, LONGEST_WAIT_MS];
    const answer = await asPlatformError(platform, runScript(redis, SPEND, [counter, `${key}:gap`], argv));
    const [granted, wait] = answer as [number, number];
    if (granted === 0) return new Date(now.getTime() + wait);
    if (wait > 0) await sleep(wait, signal);
    return null;
  }

  return {
    name: rule.name,
    get limit() {
      return rule.limit;
    },
    async spend(signal, cost = 1) {
      const restUntil = await take(signal, cost);
      if (restUntil === null) return;
      const message = `the ${platform} budget "${rule.name}" (${rule.limit}) is spent until ${restUntil.toISOString()}`;
      throw new PlatformError(platform, 'budget-spent', message, { restUntil });
    },
    trySpend: async (signal, cost = 1) => (await take(signal, cost)) === null,
    async read() {
      const now = clock.now();
      const { key: counter } = window(now);
      const [text, ttl] = await Promise.all([redis.get(counter), redis.pttl(counter)]);
      const [used, { limit }] = [Number(text ?? 0), rule];
      const resetsAt = ttl > 0 ? new Date(now.getTime() + ttl) : null;
      return { name: rule.name, limit, used, left: Math.max(0, limit - used), resetsAt };
    },
  };
}

/** Without the shared count nobody may ask: the limit would be broken by as many processes as there are. */
async function asPlatformError<T>(platform: Platform, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw new PlatformError(platform, 'unavailable', `the ${platform} budget could not be read from Redis`, {
      ours: true,
      cause: error,
    });
  }
}
