import type { PlatformFlush } from './flush-platform.ts';
import type { Repair, RepairOptions } from './reconcile.ts';

/** Makes the snapshot of what is live, and the log's place in Redis, agree with the tables. */
export function createReconcileLive(restore: PlatformFlush['restore']) {
  return async function reconcileLive({ dryRun }: RepairOptions): Promise<Repair[]> {
    const { newEpoch, repaired } = await restore({ dryRun });
    const log = newEpoch === null ? [] : [{ what: 'log-epoch', key: '{streams}.log' }];
    return [...log, ...repaired.map((key) => ({ what: 'live', key }))];
  };
}
