import { Prisma } from '../../generated/tracking/client.ts';
import type { Database } from '../runtime/database.ts';
import { TRACKED } from './tracked.ts';

/** In one go: the rest has its turn an hour later. */
const AT_MOST = 20_000;

/** Whether row `b` of table `broadcast` is of a key that nobody has wanted since then. */
export function ofForgotten(before: Date): Prisma.Sql {
  return Prisma.sql`EXISTS (SELECT 1 FROM stream s
    WHERE s.platform = b.platform AND s.identifier = b.identifier AND s.untracked_at < ${before} AND NOT ${TRACKED})`;
}

/**
 * Drops the rows of keys that nobody has wanted since then, of which no broadcast is remembered any more, and which no
 * subscription at a platform stands for. Rows that somebody holds are left for the next time, so that nobody waits for us in a circle.
 */
export async function forgetStreams(database: Database, { before, now }: { before: Date; now: Date }): Promise<number> {
  // Those that were left by a version that did not write it down, or never came to be followed, count from now on.
  await database.$executeRaw`
    UPDATE stream s SET untracked_at = CASE WHEN NOT ${TRACKED} THEN ${now}::timestamptz END
    FROM (SELECT s.platform, s.identifier FROM stream s WHERE (s.untracked_at IS NULL) <> ${TRACKED}
          LIMIT ${AT_MOST} FOR UPDATE SKIP LOCKED) AS wrong
    WHERE s.platform = wrong.platform AND s.identifier = wrong.identifier`;
  return database.$executeRaw`
    DELETE FROM stream USING (
      SELECT s.platform, s.identifier FROM stream s
      WHERE s.untracked_at < ${before} AND NOT ${TRACKED}
        AND NOT EXISTS (SELECT 1 FROM broadcast b WHERE b.platform = s.platform AND b.identifier = s.identifier)
        AND NOT EXISTS (SELECT 1 FROM unfollow u WHERE u.platform = s.platform AND u.identifier = s.identifier)
        AND NOT EXISTS (SELECT 1 FROM push_subscription p WHERE p.platform = s.platform AND p.identifier = s.identifier)
      LIMIT ${AT_MOST} FOR UPDATE SKIP LOCKED
    ) AS forgotten
    WHERE stream.platform = forgotten.platform AND stream.identifier = forgotten.identifier`;
}
