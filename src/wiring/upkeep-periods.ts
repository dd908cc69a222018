import type { Config } from '../shared/config/config.ts';
import type { UpkeepPeriod } from '../workers/upkeep.ts';

const MINUTE_MS = 60_000;

/** What every cluster does once per period. */
export function upkeepPeriods(config: Pick<Config, 'STATE_SYNC_INTERVAL'>): UpkeepPeriod[] {
  return [
    { name: 'reconcile', everyMs: config.STATE_SYNC_INTERVAL },
    { name: 'resolve', everyMs: MINUTE_MS / 2 },
    { name: 'push', everyMs: MINUTE_MS / 3 },
    { name: 'stretch', everyMs: MINUTE_MS / 3 },
    { name: 'habits', everyMs: 10 * MINUTE_MS },
    { name: 'record', everyMs: 2_000 },
    { name: 'cleanup', everyMs: 60 * MINUTE_MS },
  ];
}
