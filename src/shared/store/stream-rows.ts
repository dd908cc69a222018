import type { StreamKey } from '../domain/stream-key.ts';
import type { Transaction } from '../runtime/database.ts';

/** Keys whose tracking a transaction changed; the schedulers have to follow. */
export interface TrackingChange {
  readonly started: StreamKey[];
  readonly stopped: StreamKey[];
}

/** Everybody who changes a key takes its row first, in one order, so that counts are exact and nobody deadlocks. */
export async function lockStreams(tx: Transaction, keys: readonly StreamKey[]): Promise<void> {
  const [platforms, identifiers] = [platformsOf(keys), identifiersOf(keys)];
  for (let locked = -1; locked < keys.length; ) {
    await tx.$executeRaw`
      INSERT INTO stream (platform, identifier)
      SELECT platform, identifier FROM unnest(${platforms}::text[], ${identifiers}::text[]) AS k(platform, identifier)
      ORDER BY platform, identifier
      ON CONFLICT DO NOTHING`;
    // A row that was there a moment ago may be forgotten by now (`forgetStreams`): then it is made anew.
    const rows = await tx.$queryRaw<unknown[]>`
      SELECT 1 AS locked FROM stream s
      JOIN unnest(${platforms}::text[], ${identifiers}::text[]) AS k(platform, identifier)
        ON s.platform = k.platform AND s.identifier = k.identifier
      ORDER BY s.platform, s.identifier
      FOR UPDATE OF s`;
    locked = rows.length;
  }
}

/** Counts anew who wants the keys, whose rows are locked, and whether somebody wants them recorded. */
export async function recount(tx: Transaction, keys: readonly StreamKey[]): Promise<TrackingChange> {
  const changed = await tx.$queryRaw<(StreamKey & { before: boolean; after: boolean })[]>`
    WITH counted AS (
      SELECT s.platform, s.identifier, s.guilds > 0 OR s.pins > 0 AS before,
        (SELECT count(DISTINCT f.guild_id)::int FROM follow f
         WHERE f.platform = s.platform AND f.identifier = s.identifier) AS guilds,
        (SELECT count(*)::int FROM pin p WHERE p.platform = s.platform AND p.identifier = s.identifier) AS pins,
        EXISTS (SELECT 1 FROM pin p
          WHERE p.platform = s.platform AND p.identifier = s.identifier AND p.reason = 'record')
        OR EXISTS (SELECT 1 FROM follow f
          WHERE f.platform = s.platform AND f.identifier = s.identifier AND f.metadata @> '{"record": true}') AS record
      FROM stream s
      JOIN unnest(${platformsOf(keys)}::text[], ${identifiersOf(keys)}::text[]) AS k(platform, identifier)
        ON s.platform = k.platform AND s.identifier = k.identifier
    )
    UPDATE stream s SET guilds = c.guilds, pins = c.pins, record = c.record,
      tracked_since = CASE WHEN c.guilds = 0 AND c.pins = 0 THEN NULL WHEN NOT c.before THEN now() ELSE s.tracked_since END,
      untracked_at = CASE WHEN c.guilds = 0 AND c.pins = 0 THEN now() END
    FROM counted c
    WHERE s.platform = c.platform AND s.identifier = c.identifier
      AND (c.guilds <> s.guilds OR c.pins <> s.pins OR c.record <> s.record)
    RETURNING s.platform, s.identifier, c.before, s.guilds > 0 OR s.pins > 0 AS after`;
  const key = ({ platform, identifier }: StreamKey): StreamKey => ({ platform, identifier });
  return {
    started: changed.filter(({ before, after }) => after && !before).map(key),
    stopped: changed.filter(({ before, after }) => before && !after).map(key),
  };
}

export const platformsOf = (keys: readonly StreamKey[]): string[] => keys.map((key) => key.platform);
export const identifiersOf = (keys: readonly StreamKey[]): string[] => keys.map((key) => key.identifier);
