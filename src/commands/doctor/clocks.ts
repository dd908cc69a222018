import type { ClockReading } from '../../shared/domain/clock-error.ts';
import { comparePostgresClock, compareRedisClock } from '../../shared/runtime/server-clocks.ts';
import { fault, type Judged, ok, type Patient, warning } from './finding.ts';
import { onEachServer } from './on-each-server.ts';

export interface ServerClock extends ClockReading {
  readonly server: 'Redis' | 'Postgres';
}

const NOTICEABLE_MS = 1_000;
/** A lease, a rest or a lane is judged wrongly by as much. */
const HARMFUL_MS = 30_000;

export async function checkClocks({ context }: Patient): Promise<readonly Judged[]> {
  const { clock } = context;
  const redis = await onEachServer(context.redis, async (server) =>
    judgeClocks([{ server: 'Redis', ...(await compareRedisClock({ redis: server, clock })) }]),
  );
  return [...redis, ...judgeClocks([{ server: 'Postgres', ...(await comparePostgresClock(context)) }])];
}

export function judgeClocks(readings: readonly ServerClock[]): readonly Judged[] {
  return readings.map(({ server, aheadMs, uncertainMs }) => {
    const surelyMs = Math.max(0, Math.abs(aheadMs) - uncertainMs);
    if (surelyMs < NOTICEABLE_MS) return ok(`the clock of ${server} agrees with the one here`);
    const what = `the clock of ${server} is ${(Math.abs(aheadMs) / 1_000).toFixed(1)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the one here`;
    const todo = 'let every machine set its clock by NTP: times are compared between them';
    return surelyMs < HARMFUL_MS ? warning(what, todo) : fault(what, todo);
  });
}
