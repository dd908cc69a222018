import { clockError } from '../domain/clock-error.ts';
import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';
import { comparePostgresClock, compareRedisClock, type ServerClocksParts } from './server-clocks.ts';
import type { Service } from './service.ts';

/** How often our clock is compared with those of the servers, in ms. */
const COMPARE_MS = 5_000;

export type SharedClockParts = Omit<ServerClocksParts, 'clock'> & { readonly logger: Logger };

/**
 * The time of a process that works, from its start to its stop: right although the clock of its machine is wrong, and
 * unmoved when that is set. It goes on by the machine's monotonic clock, and is compared with Redis' and Postgres'.
 *
 * A process that is an hour ahead would take everything planned as due, plan what follows an hour later, and leave the
 * others with nothing to do for an hour. BullMQ plans its jobs by `Date.now`, and has no other door: it is replaced.
 */
export function createSharedClock({ redis, database, logger }: SharedClockParts): Clock & Service {
  const machine = Date.now;
  const began = machine() - performance.now();
  let errorMs = 0;
  let timer: NodeJS.Timeout | undefined;
  const ms = (): number => began + performance.now() + errorMs;
  const clock = { now: () => new Date(ms()) };

  async function compare(): Promise<void> {
    const onRedis = await compareRedisClock({ redis, clock });
    if (clockError(onRedis, null) === 0) return;
    // Asked only where it decides something.
    const onPostgres = await comparePostgresClock({ database, clock }).catch(() => null);
    const moreMs = clockError(onRedis, onPostgres);
    if (moreMs === 0)
      return logger.warn({ aheadMs: onRedis.aheadMs }, "Redis' clock is wrong, ours and Postgres' agree");
    errorMs += moreMs;
    logger.warn({ setForwardMs: moreMs }, "the clock of this machine is wrong, Redis' is used; set it by NTP");
  }

  return {
    name: 'clock',
    now: clock.now,
    async start() {
      if (timer) return;
      await compare();
      Date.now = () => Math.floor(ms());
      timer = setInterval(() => {
        compare().catch((error: unknown) => logger.debug({ err: error }, 'clocks cannot be compared'));
      }, COMPARE_MS);
    },
    async stop() {
      clearInterval(timer);
      timer = undefined;
      Date.now = machine;
    },
  };
}
