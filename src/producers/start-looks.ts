import { groupBy } from '../shared/domain/group.ts';
import { nextStartLook, type ScheduledBroadcast } from '../shared/domain/start-look.ts';
import { KEPT, type PollQueues } from '../shared/queues/poll-queues.ts';
import type { Clock } from '../shared/runtime/clock.ts';

/**
 * Plans looks around announced starts: one job for each broadcast and instant, however often it is planned, and the look
 * itself plans the next. A new start is planned beside the old one, whose job then only costs a look.
 */
export function createPlanStartLooks({ queues, clock }: { readonly queues: PollQueues; readonly clock: Clock }) {
  return async function planStartLooks(scheduled: readonly ScheduledBroadcast[]): Promise<void> {
    const now = clock.now();
    const planned = scheduled.flatMap((broadcast) => {
      const at = nextStartLook(broadcast.scheduledStart, now);
      return at === null ? [] : [{ ...broadcast, at }];
    });
    for (const [platform, looks] of groupBy(planned, (look) => look.platform)) {
      await queues[platform].addBulk(
        looks.map(({ identifier, id, at }) => ({
          name: 'look',
          data: { identifier, reason: 'start' },
          opts: { ...KEPT, jobId: jobIdOf(id, at), delay: at.getTime() - now.getTime(), lifo: true },
        })),
      );
    }
  };
}

export type PlanStartLooks = ReturnType<typeof createPlanStartLooks>;

/** BullMQ takes no id of digits alone, and colons in some only. */
function jobIdOf(broadcastId: string, at: Date): string {
  return `start ${encodeURIComponent(broadcastId)} ${at.getTime()}`;
}
