import type { Clock } from '../shared/runtime/clock.ts';
import type { Database } from '../shared/runtime/database.ts';
import { Prisma } from '../generated/tracking/client.ts';
import { forgetStreams, ofForgotten } from '../shared/store/forget-streams.ts';
import type { TrackingStore } from '../shared/store/tracking-store.ts';

export interface CleanUpParts {
  readonly database: Database;
  readonly tracking: Pick<TrackingStore, 'forgetUnfollows'>;
  readonly clock: Clock;
}

const DAY_MS = 24 * 60 * 60_000;
/** No shard sends a follow a week late. */
const UNFOLLOW_DAYS = 7;
/** As long as a broadcast is remembered it cannot be announced twice; no platform shows one as new after a month. */
const BROADCAST_DAYS = 35;

/** Forgets what can no longer matter. Nothing that waits, is followed, or could come back is touched. */
export function createCleanUp({ database, tracking, clock }: CleanUpParts) {
  return async function cleanUp(): Promise<Record<string, number>> {
    const now = clock.now().getTime();
    const old = new Date(now - BROADCAST_DAYS * DAY_MS);
    const unfollows = await tracking.forgetUnfollows(new Date(now - UNFOLLOW_DAYS * DAY_MS));
    // What was live when the last guild left is never seen to end.
    const past = Prisma.sql`b.updated_at < ${old} AND (b.state IN ('ended', 'cancelled', 'continued') OR ${ofForgotten(old)})`;
    const changes = await database.$executeRaw`
      DELETE FROM change c USING broadcast b
      WHERE c.platform = b.platform AND c.broadcast_id = b.broadcast_id AND c.state <> 'waiting'
        AND ${past} AND c.recorded_at < ${old}`;
    const broadcasts = await database.$executeRaw`
      DELETE FROM broadcast b WHERE ${past}
        AND NOT EXISTS (SELECT 1 FROM change c WHERE c.platform = b.platform AND c.broadcast_id = b.broadcast_id)`;
    // As long as a broadcast is remembered it is not requested twice.
    const recordings = await database.$executeRaw`
      DELETE FROM record_request r WHERE r.created_at < ${old} AND NOT EXISTS (
        SELECT 1 FROM broadcast b WHERE b.platform = r.platform AND b.broadcast_id = r.broadcast_id)`;
    const batches = await database.$executeRaw`
      DELETE FROM batch b WHERE b.published_at < ${old} AND NOT EXISTS (SELECT 1 FROM change c WHERE c.batch_id = b.id)`;
    const streams = await forgetStreams(database, { before: old, now: clock.now() });
    return { unfollows, changes, broadcasts, recordings, batches, streams };
  };
}
