import type { Context } from '../context.ts';
import { wirePublishing } from '../wiring/publishing.ts';
import { wirePush } from '../wiring/push.ts';
import { wireReconcile } from '../wiring/reconcile.ts';
import { wireTracking } from '../wiring/tracking.ts';
import type { Repair } from '../workers/reconcile.ts';

/** Reconciles from a command, once, as role sync does it. */
export async function reconcileNow(context: Context, options: { readonly dryRun: boolean }): Promise<Repair[]> {
  const tracking = wireTracking(context);
  const publishing = wirePublishing(context);
  const wired = wireReconcile(context, { tracking, publishing, push: wirePush(context, tracking) });
  try {
    return await wired.reconcile(options);
  } finally {
    await Promise.all([wired.close(), publishing.close(), tracking.close()]);
  }
}
