import type { Platform } from '../domain/platform.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Database } from '../runtime/database.ts';

/**
 * Lasting ids of users on a platform whose keys are names, and the keys they lead to. Kept among the resolved names, as
 * what a follow by such an id leads to is the same knowledge.
 */
export function createUserIdStore(database: Database, { platform, clock }: { platform: Platform; clock: Clock }) {
  return {
    /** @returns the id that was learned last, or null when none was since then */
    async of(identifier: string, notBefore = new Date(0)): Promise<string | null> {
      const [row] = await database.$queryRaw<{ name: string }[]>`
        SELECT name FROM resolved_name
        WHERE platform = ${platform} AND kind = 'user' AND identifier = ${identifier}
          AND resolved_at >= ${notBefore}::timestamptz
        ORDER BY resolved_at DESC, name LIMIT 1`;
      return row?.name ?? null;
    },

    async screenIdsOf(userIds: readonly string[]): Promise<Map<string, string>> {
      if (userIds.length === 0) return new Map();
      const rows = await database.$queryRaw<{ name: string; identifier: string }[]>`
        SELECT name, identifier FROM resolved_name
        WHERE platform = ${platform} AND kind = 'user' AND name = ANY(${[...userIds]}::text[])`;
      return new Map(rows.map((row) => [row.name, row.identifier]));
    },

    async remember(userId: string, identifier: string): Promise<void> {
      await database.$executeRaw`
        INSERT INTO resolved_name (platform, kind, name, identifier, resolved_at)
        VALUES (${platform}, 'user', ${userId}, ${identifier}, ${clock.now()}::timestamptz)
        ON CONFLICT (platform, kind, name) DO UPDATE
        SET identifier = EXCLUDED.identifier, resolved_at = EXCLUDED.resolved_at`;
    },
  };
}
