import { createHandOn, type HandOn } from '../../src/producers/hand-on.ts';
import { UNLIMITED } from '../../src/shared/domain/follow-limits.ts';
import { systemClock } from '../../src/shared/runtime/clock.ts';
import { createMetrics } from '../../src/shared/runtime/metrics.ts';
import { createNameStore } from '../../src/shared/store/name-store.ts';
import type { TrackingProcess } from './core.ts';
import { silentLogger } from './outbox.ts';

/** The way by which wishes, of keys and of names, come to the table of a process. */
export function handOnOf({ database, applyWishes }: TrackingProcess): HandOn {
  return createHandOn({
    names: createNameStore(database),
    applyWishes,
    limits: () => UNLIMITED,
    metrics: createMetrics(),
    resolveSoon: async () => undefined,
    clock: systemClock,
    logger: silentLogger,
  });
}
