import type { ClockReading } from '../domain/clock-error.ts';
import type { RedisConnection } from '../redis/open-connection.ts';
import type { Clock } from './clock.ts';
import type { Database } from './database.ts';
import { redisTime } from './redis-time.ts';

export interface ServerClocksParts {
  readonly redis: RedisConnection;
  readonly database: Database;
  /** The one they are compared with. */
  readonly clock: Clock;
}

/** Compares the clock of Redis with ours. @throws when it does not answer */
export function compareRedisClock({ redis, clock }: Pick<ServerClocksParts, 'redis' | 'clock'>): Promise<ClockReading> {
  return compared(clock, async () => (await redisTime(redis)) / 1_000);
}

/** Compares the clock of Postgres with ours. @throws when it does not answer */
export function comparePostgresClock({
  database,
  clock,
}: Pick<ServerClocksParts, 'database' | 'clock'>): Promise<ClockReading> {
  return compared(clock, async () => {
    const rows = await database.$queryRaw<{ ms: number }[]>`
      SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms`;
    return rows[0]?.ms ?? Number.NaN;
  });
}

/** The server looked at its clock somewhere between our question and its answer. */
async function compared(clock: Clock, ask: () => Promise<number>): Promise<ClockReading> {
  await ask(); // a connection that has to be opened first would count as a slow answer
  const before = clock.now().getTime();
  const said = await ask();
  const after = clock.now().getTime();
  return { aheadMs: said - (before + after) / 2, uncertainMs: (after - before) / 2 };
}
