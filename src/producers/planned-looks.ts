import { groupBy } from '../shared/domain/group.ts';
import type { PlannedLook } from '../shared/domain/planned-look.ts';
import { KEPT, type PollQueues } from '../shared/queues/poll-queues.ts';
import type { Clock } from '../shared/runtime/clock.ts';

/**
 * So long (ms) what was planned is not planned again. Every look finds the same announced starts, and Redis would be asked
 * for each of them each time; but it may have been emptied, and nothing else remembers them.
 */
const REMEMBERED_MS = 5 * 60_000;

/**
 * Plans looks: one job for each broadcast and instant, however often it is planned, and the look itself plans the next.
 * A new instant is planned beside the old one, whose job then only costs a look.
 */
export function createPlanLooks({ queues, clock }: { readonly queues: PollQueues; readonly clock: Clock }) {
  let planned = new Set<string>();
  let since = 0;

  function notPlanned(looks: readonly PlannedLook[], now: number): readonly PlannedLook[] {
    if (now - since >= REMEMBERED_MS) [planned, since] = [new Set(), now];
    return looks.filter((look) => !planned.has(nameOf(look)));
  }

  return async function planLooks(looks: readonly PlannedLook[]): Promise<void> {
    const now = clock.now().getTime();
    for (const [platform, own] of groupBy(notPlanned(looks, now), (look) => look.platform)) {
      await queues[platform].addBulk(
        own.map((look) => ({
          name: 'look',
          data: { identifier: look.identifier, reason: look.why },
          opts: { ...KEPT, jobId: jobIdOf(look), delay: Math.max(0, look.at.getTime() - now), lifo: true },
        })),
      );
      for (const look of own) planned.add(nameOf(look));
    }
  };
}

export type PlanLooks = ReturnType<typeof createPlanLooks>;

function nameOf(look: PlannedLook): string {
  return `${look.platform} ${jobIdOf(look)}`;
}

/** BullMQ takes no id of digits alone, and colons in some only. */
function jobIdOf({ why, about, at }: PlannedLook): string {
  return `${why} ${encodeURIComponent(about)} ${at.getTime()}`;
}
