import { groupByPlatform } from '../shared/domain/group.ts';
import { lookAgainAfter, type PushSays } from '../shared/domain/look-again.ts';
import type { Platform } from '../shared/domain/platform.ts';
import { keyText, type StreamKey } from '../shared/domain/stream-key.ts';
import { KEPT, type PollJob, type PollQueues } from '../shared/queues/poll-queues.ts';

/**
 * Why somebody wants a look before its time. A key that was just followed is due anyway, and fresh when a neighbour's
 * look took it along; a release, a push or a hint means that what we saw a moment ago may be old.
 */
export type PollReason = 'followed' | 'released' | 'push' | 'hint';

/** Asks for looks now. Requests for a key that already waits for one, to see the same, are the same request. */
export function createPollRequest(queues: PollQueues) {
  return async function requestPolls(
    keys: readonly StreamKey[],
    reason: PollReason,
    says: PushSays = 'something',
  ): Promise<void> {
    const name = reason === 'followed' ? 'poll' : 'look';
    const awaited = says === 'something' ? {} : { says, looks: 1 };
    const kind = says === 'something' ? name : `${name} ${says}`;
    for (const [platform, identifiers] of groupByPlatform(keys)) {
      await queues[platform].addBulk(
        identifiers.map((identifier) => ({
          name,
          data: { identifier, reason, ...awaited },
          opts: {
            ...KEPT,
            // Ahead of the polls that wait, which are many when a platform was slow.
            lifo: true,
            // A look under way may have asked before what this one is about happened: then there is one more after it.
            deduplication: { id: `${kind} ${keyText({ platform, identifier })}`, keepLastIfActive: true },
          },
        })),
      );
    }
  };
}

export type RequestPolls = ReturnType<typeof createPollRequest>;

/** Asks for one more look, a little later, while what a push said was not seen yet. */
export function createLookAgain(queues: PollQueues) {
  return async function lookAgain(platform: Platform, job: PollJob, saw: string): Promise<void> {
    const { identifier, says = 'something', looks = 1 } = job;
    const delay = lookAgainAfter(says, saw, looks);
    if (delay === null) return;
    // Of two pushes that say the same the later one is waited for.
    const deduplication = { id: `again ${looks} ${says} ${keyText({ platform, identifier })}`, replace: true };
    await queues[platform].add('look', { ...job, looks: looks + 1 }, { ...KEPT, delay, deduplication });
  };
}

export type LookAgain = ReturnType<typeof createLookAgain>;
