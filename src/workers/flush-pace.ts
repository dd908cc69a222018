import { eventsAtOnce } from '../shared/domain/back-pressure.ts';
import type { Platform } from '../shared/domain/platform.ts';
import type { RedisConnection } from '../shared/redis/open-connection.ts';
import { sleep } from '../shared/runtime/clock.ts';
import { runScript, script } from '../shared/runtime/script.ts';

const SECOND_MS = 1_000;

/** Events that one pass takes. A longer queue is worked off in several passes, so that urgent changes come in between. */
export const EVENTS_PER_PASS = 20;

const TURNS_KEY = '{streams}.turns';
const slotKey = (platform: Platform): string => `{streams}.slot:${platform}`;

/** Takes one of the window's turns. KEYS 1 turns taken. ARGV 1 turns in a window, 2 its length in ms. Returns the wait in ms. */
const TAKE_TURN = script(`
if tonumber(redis.call('GET', KEYS[1]) or '0') >= tonumber(ARGV[1]) then return math.max(1, redis.call('PTTL', KEYS[1])) end
if redis.call('INCR', KEYS[1]) == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
`);

export interface FlushPaceParts {
  readonly redis: RedisConnection;
  /** A platform's flushes are at least this far apart: what comes meanwhile leaves together. */
  readonly urgentIntervalMs: () => number;
  /** Most events in a window, of all platforms and processes together. */
  readonly publishRate: () => number;
  /** Length of that window. */
  readonly windowMs?: number;
}

/** How fast events may leave, for the whole cluster. `slot` and `turn` answer 0 for "go", else how many milliseconds to wait and ask again. */
export function createFlushPace({ redis, urgentIntervalMs, publishRate, windowMs = SECOND_MS }: FlushPaceParts) {
  return {
    async slot(platform: Platform): Promise<number> {
      const key = slotKey(platform);
      if ((await redis.set(key, '1', 'PX', urgentIntervalMs(), 'NX')) === 'OK') return 0;
      return Math.max(1, await redis.pttl(key));
    },

    async turn(): Promise<number> {
      return Number(await runScript(redis, TAKE_TURN, [TURNS_KEY], [publishRate(), windowMs]));
    },

    /** How many events can leave soon, each after such a pause. */
    eventsAtOnce: (pauseMs: number): number => eventsAtOnce(publishRate(), pauseMs, EVENTS_PER_PASS),
  };
}

export type FlushPace = ReturnType<typeof createFlushPace>;

/**
 * Asks until the answer is "go", or `signal` says that there is no time left to wait.
 * @returns how many milliseconds it waited; 0 when it could go at once
 */
export async function untilGo(ask: () => Promise<number>, signal?: AbortSignal): Promise<number> {
  let since: number | undefined;
  while (!signal?.aborted) {
    const waitMs = await ask();
    if (waitMs === 0) break;
    since ??= performance.now();
    await sleep(waitMs, signal);
  }
  return since === undefined ? 0 : performance.now() - since;
}
