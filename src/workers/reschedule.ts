import { PLATFORMS } from '../shared/domain/platform.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { ReconcileParts, Repair } from './reconcile.ts';

export interface RescheduleParts extends Pick<ReconcileParts, 'reconcileSchedules' | 'reconcileUpkeep'> {
  readonly clock: Clock;
}

/** The part of reconcile that intervals decide: it asks no platform, so it depends on our own servers alone. */
export function createReschedule({ reconcileSchedules, reconcileUpkeep, clock }: RescheduleParts) {
  return async function reschedule(): Promise<Repair[]> {
    const options = { dryRun: false, now: clock.now() };
    const repairs = await reconcileUpkeep(options);
    for (const platform of PLATFORMS) repairs.push(...(await reconcileSchedules(platform, options)));
    return repairs;
  };
}

export type Reschedule = ReturnType<typeof createReschedule>;
