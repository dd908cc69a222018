import type { Repair } from '../../workers/reconcile.ts';
import { reconcileNow } from '../reconcile-now.ts';
import { counted, type Judged, ok, type Patient, warning } from './finding.ts';

/** Asks what reconcile would repair, and repairs nothing. */
export async function checkDrift({ context }: Patient): Promise<readonly Judged[]> {
  return judgeDrift(await reconcileNow(context, { dryRun: true }));
}

export function judgeDrift(repairs: readonly Repair[]): readonly Judged[] {
  if (repairs.length === 0) return [ok('everything derived agrees with the tables')];
  const kinds = [...new Set(repairs.map(({ what }) => what))].map((kind) => {
    const keys = repairs.filter(({ what }) => what === kind).map(({ key }) => key);
    return `${keys.length} × ${kind} (${keys[0]}${keys.length > 1 ? ', …' : ''})`;
  });
  return [
    warning(
      `${counted(repairs.length, 'thing')} derived would be repaired: ${kinds.join(', ')}`,
      'role sync does it within STATE_SYNC_INTERVAL; now with: tallylight reconcile. What is busy looks like this for a moment',
    ),
  ];
}
