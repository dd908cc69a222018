import type { Context } from '../../src/context.ts';
import { wirePush } from '../../src/wiring/push.ts';
import { wirePublishing } from '../../src/wiring/publishing.ts';
import { wireReconcile } from '../../src/wiring/reconcile.ts';
import { wireTracking } from '../../src/wiring/tracking.ts';

/** Makes Redis agree with the tables, as the product does it. @returns how many repairs that took */
export async function reconcile(context: Context): Promise<number> {
  const tracking = wireTracking(context);
  const publishing = wirePublishing(context);
  const reconciling = wireReconcile(context, { tracking, publishing, push: wirePush(context, tracking) });
  const repairs = await reconciling.reconcile({ dryRun: false });
  await Promise.all([tracking.close(), publishing.close(), reconciling.close()]);
  return repairs.length;
}
