import { groupByPlatform } from '../shared/domain/group.ts';
import { keyText, type StreamKey } from '../shared/domain/stream-key.ts';
import { KEPT, type PollQueues } from '../shared/queues/poll-queues.ts';

/**
 * Why somebody wants a look before its time. A key that was just followed is due anyway, and fresh when a neighbour's
 * look took it along; a release, like a hint, means that what we saw a moment ago may be old.
 */
export type PollReason = 'followed' | 'released';

/** Asks for looks now. Requests for a key that already waits for one are the same request. */
export function createPollRequest(queues: PollQueues) {
  return async function requestPolls(keys: readonly StreamKey[], reason: PollReason): Promise<void> {
    for (const [platform, identifiers] of groupByPlatform(keys)) {
      await queues[platform].addBulk(
        identifiers.map((identifier) => ({
          name: reason === 'followed' ? 'poll' : 'look',
          data: { identifier, reason },
          // lifo: ahead of the polls that wait, which are many when a platform was slow.
          opts: { ...KEPT, lifo: true, deduplication: { id: keyText({ platform, identifier }) } },
        })),
      );
    }
  };
}

export type RequestPolls = ReturnType<typeof createPollRequest>;
