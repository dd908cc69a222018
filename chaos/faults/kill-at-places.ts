import { sleep } from '../../src/shared/runtime/clock.ts';
import { query } from '../servers.ts';
import { type Fault, killAndAwait, role, singleRedis, type Stage } from '../stage.ts';
import { holdAt, type Held } from './hold.ts';

/**
 * `kill -9` between two steps that no transaction joins. The program has no doors for this: it is held from outside,
 * where it writes to Postgres, and what comes next is taken away before it may go on.
 */
export const KILL_AT_PLACES: readonly Fault[] = [
  {
    name: 'killed between the publish and the settling',
    platforms: null,
    strike: (stage) => killWhileHeld(stage, { table: 'batch', when: 'UPDATE', victims: ['flush'] }),
  },
  {
    name: 'killed between the row and the job',
    redis: 'single',
    platforms: null,
    strike: (stage) => killAfterwards(stage, { table: 'change', when: 'INSERT', victims: ['poll-1', 'poll-2'] }),
  },
  {
    name: 'killed between the table and the scheduler',
    redis: 'single',
    platforms: null,
    strike: (stage) => killAfterwards(stage, { table: 'follow', when: 'INSERT OR UPDATE', victims: ['listen'] }),
  },
];

interface Place {
  readonly table: string;
  readonly when: string;
  readonly victims: readonly string[];
}

/** A fault that finds nobody at its place has done nothing; on a busy machine they take their time to come. */
const PATIENCE_MS = 120_000;

/** Whoever stands there is killed, and what it was about to write is never written. */
async function killWhileHeld(stage: Stage, { victims, ...place }: Place): Promise<void> {
  const held = await holdAt(stage.servers.postgres.direct, place);
  try {
    await held.arrived(PATIENCE_MS);
    const back = killAndAwait(stage, victims);
    await held.undo();
    await back;
  } finally {
    await held.release();
  }
}

/**
 * Whoever stands there may finish its transaction, with Redis frozen, so that nothing it says next is heard; then it is
 * killed, and Redis with it, since what was sent would be read when it thaws.
 */
async function killAfterwards(stage: Stage, { victims, ...place }: Place): Promise<void> {
  const { postgres } = stage.servers;
  const redis = singleRedis(stage);
  const held = await holdAt(postgres.direct, place);
  try {
    await held.arrived(PATIENCE_MS);
    process.kill(await redis.pid(), 'SIGSTOP');
    await held.release();
    await committed(held);
    for (const victim of victims) role(stage, victim).signal('SIGKILL');
    await redis.kill();
    await redis.start();
    await Promise.all(victims.map((victim) => role(stage, victim).ready()));
  } finally {
    await held.release();
  }
}

async function committed({ backends, url }: Held): Promise<void> {
  for (let waited = 0; waited < PATIENCE_MS; waited += 20) {
    const rows = await query<{ busy: boolean }>(
      url,
      `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid IN (${backends().join(',')}) AND xact_start IS NOT NULL) AS busy`,
    );
    if (!rows[0]?.busy) return;
    await sleep(20);
  }
  throw new Error('a transaction that was let go did not end');
}
