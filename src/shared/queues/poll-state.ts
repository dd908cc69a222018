import type { Platform } from '../domain/platform.ts';
import { BELIEVED_AFTER_MS } from '../domain/sick.ts';
import { dueKey, forecastKey, restKey, sickKey, stretchKey } from './keys.ts';
import type { RedisConnection } from '../redis/open-connection.ts';

/** Where the polling of one platform stands, for all processes together. */
export interface PollState {
  /** Why and until when the platform is not asked; null when it is. */
  readonly resting: { readonly reason: string; readonly until: Date | null } | null;
  /** Since when nearly everything that was live has vanished from its answers; null while they are believed. */
  readonly sickSince: Date | null;
  /** Keys that may be looked at now. */
  readonly due: number;
  /** Of these, the ones that have waited for a whole interval more. */
  readonly overdue: number;
  /** For how long the one has been due that has waited longest; 0 when none is due. */
  readonly mostOverdueMs: number;
  /** Intervals are this many times as long, so that the budget suffices; 1 when it does anyway. */
  readonly stretch: number;
  /** What each budget will have used when it refills, if it goes on like this; null or absent where nobody knows. */
  readonly forecasts: Readonly<Record<string, number | null>>;
}

export interface PollStateQuestion {
  readonly platform: Platform;
  readonly now: Date;
  readonly intervalMs: number;
}

/** @throws when Redis does not answer */
export async function readPollState(
  redis: RedisConnection,
  { platform, now, intervalMs }: PollStateQuestion,
): Promise<PollState> {
  const at = now.getTime();
  const [reason, restMs, sick, due, overdue, first, stretch, forecasts] = await Promise.all([
    redis.get(restKey(platform)),
    redis.pttl(restKey(platform)),
    redis.get(sickKey(platform)),
    redis.zcount(dueKey(platform), '-inf', at),
    redis.zcount(dueKey(platform), '-inf', at - intervalMs),
    redis.zrange(dueKey(platform), '0', '0', 'WITHSCORES'),
    redis.get(stretchKey(platform)),
    redis.get(forecastKey(platform)),
  ]);
  const until = restMs > 0 ? new Date(at + restMs) : null;
  return {
    ...{ due, overdue, mostOverdueMs: Math.max(0, at - Number(first[1] ?? at)) },
    sickSince: sick !== null && at - Number(sick) < BELIEVED_AFTER_MS ? new Date(Number(sick)) : null,
    resting: reason === null ? null : { reason, until },
    stretch: Number(stretch ?? 1),
    forecasts: forecasts === null ? {} : (JSON.parse(forecasts) as PollState['forecasts']),
  };
}
