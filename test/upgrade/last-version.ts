import { readFileSync } from 'node:fs';

/**
 * Every statement that the last version sends to Postgres, as it was recorded while its own tests ran. When a version is
 * released, its statements and payloads take the place of these.
 */
export const LAST_STATEMENTS = JSON.parse(
  readFileSync(new URL('last-version.sql.json', import.meta.url), 'utf8'),
) as readonly string[];

const KEPT = { removeOnComplete: { count: 100 }, removeOnFail: { count: 500 } };

/** What the last version writes: rows with its columns only, and jobs with its payloads only. */
export const LAST_VERSION = {
  /** Its newest migration. */
  migration: '20261123000000_tracking',

  insertStream: `INSERT INTO stream (platform, identifier, guilds, tracked_since) VALUES ($1, $2, 1, $3)`,
  insertFollow: `
    INSERT INTO follow (platform, identifier, guild_id, channel_id, said_at, source, metadata)
    VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb)`,
  insertBroadcast: `
    INSERT INTO broadcast (platform, broadcast_id, identifier, state, started_at) VALUES ($1, $2, $3, $4, $5)`,
  insertChange: `
    INSERT INTO change (platform, identifier, broadcast_id, direction, lane, state, stream, happened_at, due_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9) RETURNING id`,

  pollScheduler: (identifier: string) => ({
    id: `twitch/${identifier}`,
    repeat: { every: 60_000, offset: 1_234 },
    template: { name: 'poll', data: { identifier }, opts: KEPT },
  }),
  pollJobs: (identifier: string) => [
    {
      name: 'poll',
      data: { identifier, reason: 'followed' },
      opts: { ...KEPT, lifo: true, deduplication: { id: `twitch/${identifier}` } },
    },
    { name: 'look', data: { identifier, reason: 'released' }, opts: KEPT },
  ],
  changeJobs: (change: string) => [
    {
      name: 'urgent',
      data: { id: change, platform: 'twitch', lane: 'urgent' },
      opts: { jobId: `change-${change}`, delay: 0, attempts: 10, backoff: { type: 'custom' }, removeOnFail: false },
    },
  ],
  upkeep: [
    { name: 'reconcile', every: 600_000 },
    { name: 'resolve', every: 30_000 },
    { name: 'stretch', every: 20_000 },
    { name: 'habits', every: 600_000 },
    { name: 'cleanup', every: 3_600_000 },
  ],
};
