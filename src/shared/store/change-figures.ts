import type { FoundBy } from '../domain/found-by.ts';
import type { Lane } from '../domain/follow.ts';
import { type PerPlatform, type Platform, perPlatform } from '../domain/platform.ts';
import type { Direction } from '../domain/verdict.ts';
import { MISSED_BY_PUSH } from './push-misses.ts';
import type { Database } from '../runtime/database.ts';

/** Changes recorded in a span of time, counted. */
export interface ChangeCounts {
  /** By what led to the look that found them. */
  readonly online: Readonly<Record<FoundBy, number>>;
  readonly offline: Readonly<Record<FoundBy, number>>;
  /** Of all these, recorded silently. */
  readonly suppressed: number;
  /** Of all these, found by a poll although the platform should have told of them. */
  readonly missedByPush: number;
}

/** From recording a change to publishing it. */
export interface Delay {
  readonly streams: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface ChangeFigures {
  readonly lastHour: ChangeCounts;
  readonly lastDay: ChangeCounts;
  /** Of what was published in the last minutes; null when nothing was. */
  readonly delay: Readonly<Record<Lane, Delay | null>>;
}

const HOUR_MS = 60 * 60_000;
const DELAY_OVER_MS = 10 * 60_000;

interface CountRow {
  readonly platform: Platform;
  readonly direction: Direction;
  readonly foundBy: FoundBy;
  readonly day: number;
  readonly hour: number;
  readonly daySilent: number;
  readonly hourSilent: number;
  readonly dayMissed: number;
  readonly hourMissed: number;
}

type DelayRow = Delay & { readonly platform: Platform; readonly lane: Lane };

/** Counts the changes of the last day. What was recorded before that, however late it was published, is not looked at. */
export async function readChangeFigures(database: Database, now: Date): Promise<PerPlatform<ChangeFigures>> {
  const ago = (ms: number): Date => new Date(now.getTime() - ms);
  const [day, hour, minutes] = [ago(24 * HOUR_MS), ago(HOUR_MS), ago(DELAY_OVER_MS)];
  const [counts, delays] = await Promise.all([
    database.$queryRaw<CountRow[]>`
      SELECT platform, direction, found_by AS "foundBy", count(*)::int AS day,
        count(*) FILTER (WHERE recorded_at > ${hour})::int AS hour,
        count(*) FILTER (WHERE state = 'suppressed')::int AS "daySilent",
        count(*) FILTER (WHERE state = 'suppressed' AND recorded_at > ${hour})::int AS "hourSilent",
        count(*) FILTER (WHERE ${MISSED_BY_PUSH})::int AS "dayMissed",
        count(*) FILTER (WHERE (${MISSED_BY_PUSH}) AND recorded_at > ${hour})::int AS "hourMissed"
      FROM change c WHERE recorded_at > ${day} GROUP BY platform, direction, found_by`,
    database.$queryRaw<DelayRow[]>`
      SELECT platform, lane, count(*)::int AS streams,
        percentile_disc(0.5) WITHIN GROUP (ORDER BY delay) AS "p50Ms",
        percentile_disc(0.99) WITHIN GROUP (ORDER BY delay) AS "p99Ms"
      FROM (SELECT platform, lane, greatest(0, extract(epoch FROM published_at - recorded_at) * 1000)::float AS delay
            FROM change WHERE recorded_at > ${day} AND state = 'published' AND published_at > ${minutes}) AS published
      GROUP BY platform, lane`,
  ]);
  return perPlatform((platform) => ({
    lastHour: countsOf(platform, counts, { all: 'hour', silent: 'hourSilent', missed: 'hourMissed' }),
    lastDay: countsOf(platform, counts, { all: 'day', silent: 'daySilent', missed: 'dayMissed' }),
    delay: { urgent: delayOf(delays, platform, 'urgent'), normal: delayOf(delays, platform, 'normal') },
  }));
}

type CountName = Exclude<keyof CountRow, 'platform' | 'direction' | 'foundBy'>;

function countsOf(
  platform: Platform,
  rows: readonly CountRow[],
  { all, silent, missed }: Record<'all' | 'silent' | 'missed', CountName>,
): ChangeCounts {
  const own = rows.filter((row) => row.platform === platform);
  const sum = (name: CountName, some = own): number => some.reduce((total, row) => total + row[name], 0);
  const by = (direction: Direction): Record<FoundBy, number> => {
    const found = (foundBy: FoundBy): number =>
      sum(
        all,
        own.filter((row) => row.direction === direction && row.foundBy === foundBy),
      );
    return { poll: found('poll'), plan: found('plan'), push: found('push'), hint: found('hint') };
  };
  return { online: by('online'), offline: by('offline'), suppressed: sum(silent), missedByPush: sum(missed) };
}

function delayOf(rows: readonly DelayRow[], platform: Platform, lane: Lane): Delay | null {
  const row = rows.find((one) => one.platform === platform && one.lane === lane);
  return row ? { streams: row.streams, p50Ms: row.p50Ms, p99Ms: row.p99Ms } : null;
}
