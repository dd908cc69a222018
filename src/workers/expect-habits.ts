import type { Clock } from '../shared/runtime/clock.ts';
import type { Database } from '../shared/runtime/database.ts';
import { TRACKED } from '../shared/store/tracked.ts';

/** How long a habit is expected to hold once it is noticed: longer than the period of this task. */
const EXPECT_MS = 30 * 60_000;
/** As many days of the last four weeks make a habit. */
const DAYS = 3;
/** Seconds around the hour. */
const AROUND_S = 45 * 60;

/**
 * Marks keys that usually begin about now, so that they are looked at more often for a while.
 * By UTC: a streamer's summer time moves a habit by an hour twice a year, and it is learned anew within days.
 */
export function createExpectHabits({ database, clock }: { database: Database; clock: Clock }) {
  return async function expectHabits(): Promise<number> {
    const now = clock.now();
    const middle = new Date(now.getTime() + EXPECT_MS / 2);
    const since = new Date(now.getTime() - 28 * 24 * 60 * 60_000);
    const second = Math.floor(middle.getTime() / 1_000) % 86_400;
    return database.$executeRaw`
      UPDATE stream s SET expected_until = ${new Date(now.getTime() + EXPECT_MS)}
      FROM (
        SELECT b.platform, b.identifier
        FROM broadcast b, LATERAL (SELECT abs(extract(epoch FROM b.started_at)::bigint % 86400 - ${second}) AS away) d
        WHERE b.started_at > ${since} AND b.started_at < ${now} AND least(d.away, 86400 - d.away) <= ${AROUND_S}
        GROUP BY b.platform, b.identifier
        HAVING count(DISTINCT (b.started_at AT TIME ZONE 'UTC')::date) >= ${DAYS}
      ) habit
      WHERE s.platform = habit.platform AND s.identifier = habit.identifier AND ${TRACKED}`;
  };
}
