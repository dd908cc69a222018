import type { Context } from '../../context.ts';
import { fault, type Judged, ok, type Patient, warning } from './finding.ts';
import { sql } from './sql.ts';

/** How far a server's clock is ahead of ours, and by how much that may be wrong. */
export interface ClockReading {
  readonly server: 'Redis' | 'Postgres';
  readonly aheadMs: number;
  readonly uncertainMs: number;
}

const NOTICEABLE_MS = 1_000;
/** A lease, a rest or a lane is judged wrongly by as much. */
const HARMFUL_MS = 30_000;

export async function checkClocks({ context }: Patient): Promise<readonly Judged[]> {
  return judgeClocks([
    await compared('Redis', context, async () => {
      const [seconds, micros] = await context.redis.time();
      return Number(seconds) * 1_000 + Number(micros) / 1_000;
    }),
    await compared('Postgres', context, async () => {
      const question = 'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms';
      return (await sql<{ ms: number }>(context.database, question)).ms;
    }),
  ]);
}

/** The server looked at its clock somewhere between our question and its answer. */
async function compared(server: ClockReading['server'], { clock }: Context, ask: () => Promise<number>) {
  await ask(); // a connection that has to be opened first would count as a slow answer
  const before = clock.now().getTime();
  const said = await ask();
  const after = clock.now().getTime();
  return { server, aheadMs: said - (before + after) / 2, uncertainMs: (after - before) / 2 };
}

export function judgeClocks(readings: readonly ClockReading[]): readonly Judged[] {
  return readings.map(({ server, aheadMs, uncertainMs }) => {
    const surelyMs = Math.max(0, Math.abs(aheadMs) - uncertainMs);
    if (surelyMs < NOTICEABLE_MS) return ok(`the clock of ${server} agrees with the one here`);
    const what = `the clock of ${server} is ${(Math.abs(aheadMs) / 1_000).toFixed(1)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the one here`;
    const todo = 'let every machine set its clock by NTP: times are compared between them';
    return surelyMs < HARMFUL_MS ? warning(what, todo) : fault(what, todo);
  });
}
