import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queuePrefix } from '../../src/shared/queues/keys.ts';
import { migrate } from '../../src/shared/store/migrate.ts';
import { readMigrations } from '../../src/shared/store/migrations.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { LAST_STATEMENTS, LAST_VERSION } from './last-version.ts';

interface Tables {
  rows(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

async function open(url: string): Promise<Tables> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return {
    rows: async (sql, values = []) => (await client.query<Record<string, unknown>>(sql, values)).rows,
    close: () => client.end(),
  };
}

const lastMigrations = async () => (await readMigrations()).filter(({ name }) => name <= LAST_VERSION.migration);

/** A broadcast of a Twitch key, its change in the outbox, as the last version records them: of its columns only. */
async function recordAsLastVersion({ rows }: Tables, identifier: string, broadcastId: string): Promise<string> {
  const at = new Date();
  const stream = {
    ...{ VideoId: broadcastId, ChannelId: identifier, ChannelTitle: 'C', VideoTitle: 'T', Platform: 'twitch' },
    ScheduledStartTime: at.toISOString(),
  };
  await rows(LAST_VERSION.insertBroadcast, ['twitch', broadcastId, identifier, 'live', at]);
  const [change] = await rows(LAST_VERSION.insertChange, [
    ...['twitch', identifier, broadcastId, 'online', 'urgent', 'waiting', JSON.stringify(stream), at, at],
  ]);
  return String(change?.id);
}

describe('the tables', () => {
  let database: TestDatabase;
  let tables: Tables;
  beforeAll(async () => {
    database = await createDatabase({ empty: true });
    await migrate(database.url, await lastMigrations());
    tables = await open(database.url);
  });
  afterAll(async () => {
    await tables?.close();
    await database?.drop();
  });

  it('keep what the last version wrote, and every statement of it still works on them', async () => {
    await tables.rows(LAST_VERSION.insertStream, ['twitch', '111', new Date()]);
    await tables.rows(LAST_VERSION.insertFollow, ['twitch', '111', '1', '2', new Date(), 'event', '{"Record":"true"}']);
    await recordAsLastVersion(tables, '111', 'b1');
    const before = await tables.rows('SELECT identifier, guilds, pace FROM stream');

    expect(await migrate(database.url)).toHaveLength((await readMigrations()).length - (await lastMigrations()).length);

    expect(await tables.rows('SELECT identifier, guilds, pace FROM stream')).toEqual(before);
    await tables.rows(LAST_VERSION.insertStream, ['twitch', '222', new Date()]);
    await tables.rows(LAST_VERSION.insertFollow, ['twitch', '222', '1', '2', new Date(), 'event', 'null']);
    await recordAsLastVersion(tables, '222', 'b2');
    expect(await tables.rows('SELECT found_by, pushed, state FROM change ORDER BY id')).toEqual(
      Array(2).fill({ found_by: 'poll', pushed: false, state: 'waiting' }),
    );
    expect(LAST_STATEMENTS.length).toBeGreaterThan(50);
    const refused: string[] = [];
    for (const [i, statement] of LAST_STATEMENTS.entries()) {
      await tables.rows(`PREPARE last_${i} AS ${statement}`).catch((error: Error) => {
        refused.push(`${error.message}: ${statement}`);
      });
    }
    expect(refused).toEqual([]);
  });

  it('demand nothing of a row that the last version does not write', async () => {
    const columns = (schema: Tables) =>
      schema.rows(`
        SELECT table_name || '.' || column_name AS name, table_name AS table,
          is_nullable = 'NO' AND column_default IS NULL AS demanded
        FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1`);
    const old = await createDatabase({ empty: true });
    await migrate(old.url, await lastMigrations());
    const last = await open(old.url);
    const known = await columns(last);
    const now = await columns(tables);
    const tablesOfLast = new Set(known.map((column) => column.table));
    const fresh = now.filter(({ name, table }) => tablesOfLast.has(table) && !known.some((one) => one.name === name));
    expect(fresh.length).toBeGreaterThan(0);
    expect(fresh.filter(({ demanded }) => demanded)).toEqual([]);
    const gone = known.filter(({ name }) => !now.some((one) => one.name === name));
    expect(gone).toEqual([]);
    await last.close();
    await old.drop();
  });
});

describe('a cluster of the last version', () => {
  let cluster: Cluster;
  let tables: Tables;
  let redis: Redis;
  beforeAll(async () => {
    cluster = await startCluster();
    tables = await open(cluster.database.url);
    redis = new Redis(cluster.redis.url, { maxRetriesPerRequest: null });
    await tables.rows('DROP SCHEMA public CASCADE');
    await tables.rows('CREATE SCHEMA public');
    await migrate(cluster.database.url, await lastMigrations());
  });
  afterAll(async () => {
    redis?.disconnect();
    await tables?.close();
    await cluster?.stop();
  });

  const queueOf = (name: string): Queue => new Queue(name, { connection: redis, prefix: queuePrefix(name) });

  it('hands its tables and its queues over: what waits is done, and what it still writes too', async () => {
    const [waiting, followed, late] = [1, 2, 3].map(
      () => cluster.sim.world.addStreamer({ platform: 'twitch' }).identifier,
    ) as [string, string, string];
    for (const identifier of [waiting, followed, late]) {
      await tables.rows(LAST_VERSION.insertStream, ['twitch', identifier, new Date()]);
      await tables.rows(LAST_VERSION.insertFollow, ['twitch', identifier, '1', '2', new Date(), 'event', null]);
    }
    await tables.rows('INSERT INTO log_position (id, epoch, sequence) VALUES (1, $1, 41)', [randomUUID()]);
    const waitingId = cluster.sim.world.goLive('twitch', waiting).id;
    const [polls, changes, upkeep] = [queueOf('poll-twitch'), queueOf('change'), queueOf('upkeep')];
    const change = await recordAsLastVersion(tables, waiting, waitingId);
    for (const job of LAST_VERSION.changeJobs(change)) await changes.add(job.name, job.data, job.opts);
    for (const identifier of [waiting, followed]) {
      await redis.zadd('tallylight:{poll-twitch}:due', 'NX', Date.now(), identifier);
      const { id, repeat, template } = LAST_VERSION.pollScheduler(identifier);
      await polls.upsertJobScheduler(id, repeat, template);
      for (const job of LAST_VERSION.pollJobs(identifier)) await polls.add(job.name, job.data, job.opts);
    }
    for (const { name, every } of LAST_VERSION.upkeep)
      await upkeep.upsertJobScheduler(name, { every }, { name, data: {} });
    const followedId = cluster.sim.world.goLive('twitch', followed).id;

    // An account that may make tables: the new version brings them to its own schema as it starts.
    await cluster.run('all', { DATABASE_URL: cluster.database.url });

    const heard = (identifier: string) => cluster.heardOf({ platform: 'twitch', identifier });
    await eventually(() => expect(heard(waiting)).toEqual([`online ${waitingId}`]));
    await eventually(() => expect(heard(followed)).toEqual([`online ${followedId}`]));

    // A process of the last version that has not been stopped yet goes on writing.
    const lateId = cluster.sim.world.goLive('twitch', late).id;
    const lateChange = await recordAsLastVersion(tables, late, lateId).catch((error: { code?: string }) => error);
    if (typeof lateChange === 'string') {
      for (const job of LAST_VERSION.changeJobs(lateChange)) await changes.add(job.name, job.data, job.opts);
    } else expect(lateChange.code).toBe('23505'); // the new version saw it first: the same row, once
    await eventually(() => expect(heard(late)).toEqual([`online ${lateId}`]));

    for (const queue of [polls, changes, upkeep]) {
      expect(await queue.getFailed(), queue.name).toEqual([]);
      await queue.close();
    }
    expect(heard(waiting)).toEqual([`online ${waitingId}`]);
  });
});

it('the recorded statements are those of the last version', () => {
  const text = readFileSync(new URL('last-version.sql.json', import.meta.url), 'utf8');
  expect(LAST_STATEMENTS).toEqual(JSON.parse(text));
  for (const table of [
    'stream',
    'follow',
    'broadcast',
    'change',
    'batch',
    'log_position',
    'reject',
    'pending_follow',
  ]) {
    expect(
      LAST_STATEMENTS.some((statement) => new RegExp(`\\b${table}\\b`).test(statement)),
      table,
    ).toBe(true);
  }
});
