/** A Pub/Sub client of Redis, and how much of what was published it has not taken yet. */
export interface SubscriberSight {
  /** Redis' own number of the connection: never given twice. */
  readonly id: string;
  /** What it calls itself; may be empty. */
  readonly name: string;
  readonly address: string;
  readonly behindBytes: number;
}

/** What Redis shows of itself at one moment. Null where it does not tell. */
export interface RedisSigns {
  readonly subscribers: readonly SubscriberSight[] | null;
  /** Used of the memory it may use, from 0 to 1; null also where it may use all there is. */
  readonly memoryShare: number | null;
  /** How long it took to answer us. */
  readonly answerMs: number;
}

export type PressureCause = 'subscribers' | 'redis';

/** How much publishing has to slow down, and for whom. */
export interface Pressure {
  /** How long each event waits. Never longer than a second, so that nothing ever stands still. */
  readonly pauseMs: number;
  /** Null while nothing waits. */
  readonly cause: PressureCause | null;
  /** Who is far behind, the furthest first. */
  readonly slow: readonly SlowSubscriber[];
}

export interface SlowSubscriber extends SubscriberSight {
  /** Since when it has been far behind (ms). */
  readonly since: number;
  /** False once it has been far behind for so long that nobody is held up for it any more. */
  readonly waitedFor: boolean;
}

export const CALM: Pressure = { pauseMs: 0, cause: null, slow: [] };

const MOST_PAUSE_MS = 1_000;
/** Far behind: ten full events of ordinary size that it has not taken. */
const FAR_BYTES = 1024 * 1024;
/** Redis cuts off a subscriber that is this far behind for a minute, or four times as far at once (its defaults). */
const CUT_OFF_BYTES = 8 * 1024 * 1024;
/** Longer than Redis takes to cut it off: who is still there then is slow for ever, or Redis was told to let it be. */
const PATIENCE_MS = 90_000;
const FULL_SHARE = 0.9;
const SLOW_ANSWER_MS = 250;

/**
 * Decides how much to slow down. A subscriber that lags slows everybody down, more the nearer it is to being cut off,
 * but only for so long: one that is dead must not hold up the others for ever.
 * @param before what was decided last, which remembers since when somebody has been far behind
 */
export function weigh(before: Pressure, signs: RedisSigns, now: number): Pressure {
  const since = new Map(before.slow.map((subscriber) => [subscriber.id, subscriber.since]));
  const slow = (signs.subscribers ?? [])
    .filter(({ behindBytes }) => behindBytes >= FAR_BYTES)
    .map((subscriber) => ({ ...subscriber, since: since.get(subscriber.id) ?? now }))
    .map((subscriber) => ({ ...subscriber, waitedFor: now - subscriber.since < PATIENCE_MS }))
    .toSorted((one, other) => other.behindBytes - one.behindBytes);
  const furthest = slow.find(({ waitedFor }) => waitedFor)?.behindBytes ?? 0;
  const forSubscribers = pause(furthest / CUT_OFF_BYTES);
  const forRedis = Math.max(pause(fullness(signs.memoryShare)), pause(slowness(signs.answerMs)));
  if (forSubscribers === 0 && forRedis === 0) return { ...CALM, slow };
  const cause = forSubscribers >= forRedis ? 'subscribers' : 'redis';
  return { pauseMs: Math.max(forSubscribers, forRedis), cause, slow };
}

/** @param share of the longest pause; more than 1 is 1 */
function pause(share: number): number {
  return Math.round(MOST_PAUSE_MS * Math.min(1, share));
}

function fullness(memoryShare: number | null): number {
  return memoryShare === null ? 0 : Math.max(0, (memoryShare - FULL_SHARE) / (1 - FULL_SHARE));
}

/** Waits as long as an answer takes: half of the time is left to Redis for whatever makes it slow. */
function slowness(answerMs: number): number {
  return answerMs < SLOW_ANSWER_MS ? 0 : answerMs / MOST_PAUSE_MS;
}

const SOON_MS = 500;

/**
 * How many events to form at once: those that can leave soon. What is not formed yet can still be overtaken by
 * something urgent, and can still travel with what comes meanwhile.
 */
export function eventsAtOnce(publishRate: number, pauseMs: number, most: number): number {
  const gapMs = Math.max(1_000 / publishRate, pauseMs);
  return Math.max(1, Math.min(most, Math.floor(SOON_MS / gapMs)));
}
