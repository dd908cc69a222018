import type { Redis } from 'ioredis';
import type pg from 'pg';
import { eventKey, LOG_KEY, SEQUENCE_KEY } from '../../src/shared/contracts/channels.ts';
import type { RedisUsage, Sample } from './sample.ts';

/** What Redis keeps beside a key and its value: its place in the table of keys and in that of ends. */
const ENTRY_BYTES = 80;

export async function readRedis(redis: Redis): Promise<RedisUsage> {
  const [info, keys, sequence, log, newest] = await Promise.all([
    redis.info('memory'),
    redis.dbsize(),
    redis.get(SEQUENCE_KEY),
    redis.memory('USAGE', LOG_KEY, 'SAMPLES', 0),
    redis.xrevrange(LOG_KEY, '+', '-', 'COUNT', 1),
  ]);
  const events = Number(sequence ?? 0);
  const markKey = eventKey(/"EventId":"([^"]+)"/.exec(newest[0]?.[1].join() ?? '')?.[1] ?? '');
  const mark = (await redis.memory('USAGE', markKey)) ?? 0;
  return {
    bytes: Number(/^used_memory:(\d+)/m.exec(info)?.[1]),
    logBytes: Number(log ?? 0),
    markBytes: events * (Number(mark) + ENTRY_BYTES),
    ...{ keys, events },
  };
}

/** Rows as Postgres counts them by itself; bytes with indexes and what is not yet cleared away. */
export async function readTables(client: pg.Client): Promise<Sample['postgres']> {
  const { rows } = await client.query<{ name: string; rows: string; bytes: string }>(
    `SELECT relname AS name, n_live_tup AS rows, pg_total_relation_size(relid) AS bytes FROM pg_stat_user_tables
     WHERE n_live_tup > 0 ORDER BY relname`,
  );
  return Object.fromEntries(
    rows.map(({ name, ...row }) => [name, { rows: Number(row.rows), bytes: Number(row.bytes) }]),
  );
}
