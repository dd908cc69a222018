import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type FollowLimits, UNLIMITED } from '../../../src/shared/domain/follow-limits.ts';
import type { StreamKey } from '../../../src/shared/domain/stream-key.ts';
import { openTracking, type TrackingProcess } from '../../support/core.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { followWish } from '../../support/wishes.ts';

let redis: TestRedis;
let database: TestDatabase;
let first: TrackingProcess;
let second: TrackingProcess;
let holder: pg.Client;
/** Sees who waits: within a transaction that holds something, Postgres would go on showing who waited when it first looked. */
let watcher: pg.Client;
let limits: FollowLimits = UNLIMITED;

beforeAll(async () => {
  [redis, database] = await Promise.all([startRedis(), createDatabase()]);
  const urls = { databaseUrl: database.url, redisUrl: redis.url };
  first = openTracking(urls, 4, () => limits);
  second = openTracking(urls, 4, () => limits);
  holder = new pg.Client({ connectionString: database.url });
  watcher = new pg.Client({ connectionString: database.url });
  await Promise.all([holder.connect(), watcher.connect()]);
});
afterAll(async () => {
  await Promise.all([first?.close(), second?.close(), holder?.end(), watcher?.end()]);
  await Promise.all([redis?.stop(), database?.drop()]);
});
beforeEach(async () => {
  await watcher.query('TRUNCATE stream, follow, unfollow, pin');
});

const key = (identifier: string): StreamKey => ({ platform: 'twitch', identifier });

/** Resolves once somebody in our database waits for a lock of this type, as Postgres names it. */
const somebodyWaitsFor = (type: 'transactionid' | 'advisory'): Promise<void> =>
  eventually(async () => {
    const { rows } = await watcher.query(
      `SELECT 1 FROM pg_locks l JOIN pg_stat_activity a USING (pid)
       WHERE a.datname = current_database() AND l.locktype = $1 AND NOT l.granted`,
      [type],
    );
    expect(rows).toHaveLength(1);
  });

/**
 * The first process is stopped between its count and its commit, by a row of ours that it wants to write; it has let its
 * follow in, and nobody sees that. A second one that counted now would find room, too.
 */
it.each([
  { limit: 'of a guild', only: { perGuild: 1 }, rivals: '1' },
  { limit: 'of all guilds', only: { follows: 1 }, rivals: '2' },
  { limit: 'of keys', only: { keys: 1 }, rivals: '2' },
])('the last place $limit is given once, though two processes count before either has written', async (given) => {
  limits = { ...UNLIMITED, ...given.only };
  const wish = followWish(key('0'), { guildId: '1' });
  const rival = followWish(key('1'), { guildId: given.rivals });
  await holder.query('BEGIN');
  await holder.query(
    `INSERT INTO follow (platform, identifier, guild_id, channel_id, said_at, source)
     VALUES ('twitch', '0', '1', '10', now(), 'event')`,
  );
  const letIn = first.applyWishes([wish]);
  await somebodyWaitsFor('transactionid');
  const keptOut = second.applyWishes([rival]);
  // Whoever does not wait here has counted what the first process had not written yet.
  await Promise.race([keptOut, somebodyWaitsFor('advisory')]);
  await holder.query('ROLLBACK');
  expect(await letIn).toEqual([]);
  expect((await keptOut).map(({ wish: refused }) => refused.target)).toEqual([rival.target]);
  const { rows } = await watcher.query('SELECT identifier FROM follow');
  expect(rows).toEqual([{ identifier: '0' }]);
});
