import type { Repair, RepairOptions } from './reconcile.ts';
import type { UpkeepPeriod, UpkeepSchedules } from './upkeep.ts';

/** Sees to it that the schedules exist which every cluster has. */
export function createReconcileUpkeep(
  schedules: Pick<UpkeepSchedules, 'missing' | 'ensure'>,
  readPeriods: () => readonly UpkeepPeriod[],
) {
  return async function reconcileUpkeep({ dryRun }: RepairOptions): Promise<Repair[]> {
    const periods = readPeriods();
    const missing = await schedules.missing(periods);
    if (!dryRun && missing.length > 0) await schedules.ensure(periods);
    return missing.map((name) => ({ what: 'upkeep-schedule', key: name }));
  };
}
