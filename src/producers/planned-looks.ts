import { groupBy } from '../shared/domain/group.ts';
import type { PlannedLook } from '../shared/domain/planned-look.ts';
import { KEPT, type PollQueues } from '../shared/queues/poll-queues.ts';
import type { Clock } from '../shared/runtime/clock.ts';

/**
 * Plans looks: one job for each broadcast and instant, however often it is planned, and the look itself plans the next.
 * A new instant is planned beside the old one, whose job then only costs a look.
 */
export function createPlanLooks({ queues, clock }: { readonly queues: PollQueues; readonly clock: Clock }) {
  return async function planLooks(planned: readonly PlannedLook[]): Promise<void> {
    const now = clock.now().getTime();
    for (const [platform, looks] of groupBy(planned, (look) => look.platform)) {
      await queues[platform].addBulk(
        looks.map((look) => ({
          name: 'look',
          data: { identifier: look.identifier, reason: look.why },
          opts: { ...KEPT, jobId: jobIdOf(look), delay: Math.max(0, look.at.getTime() - now), lifo: true },
        })),
      );
    }
  };
}

export type PlanLooks = ReturnType<typeof createPlanLooks>;

/** BullMQ takes no id of digits alone, and colons in some only. */
function jobIdOf({ why, about, at }: PlannedLook): string {
  return `${why} ${encodeURIComponent(about)} ${at.getTime()}`;
}
