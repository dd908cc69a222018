import type { Platform } from '../domain/platform.ts';
import type { Database } from '../runtime/database.ts';

/** What is known of single broadcasts, for whoever names one without its channel. */
export function createBroadcastStore(database: Database) {
  return {
    /** @returns the channel of each broadcast that a look has ever seen */
    async ownersOf(platform: Platform, broadcastIds: readonly string[]): Promise<Map<string, string>> {
      if (broadcastIds.length === 0) return new Map();
      const rows = await database.broadcast.findMany({
        where: { platform, broadcastId: { in: [...broadcastIds] } },
        select: { broadcastId: true, identifier: true },
      });
      return new Map(rows.map((row) => [row.broadcastId, row.identifier]));
    },

    /**
     * Remembers of broadcasts in the table that they are for members only. Looks keep what they do not see anew, and one
     * that has judged the row as it was before loses against the new version and is repeated by the hint that follows.
     */
    markMembersOnly(platform: Platform, broadcastIds: readonly string[]): Promise<number> {
      return database.$executeRaw`
        UPDATE broadcast SET details = details || '{"membersOnly": true}', version = version + 1, updated_at = now()
        WHERE platform = ${platform} AND broadcast_id = ANY(${[...broadcastIds]})
          AND NOT details @> '{"membersOnly": true}'`;
    },
  };
}

export type BroadcastStore = ReturnType<typeof createBroadcastStore>;
