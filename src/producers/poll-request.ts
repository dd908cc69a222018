import type { FoundBy } from '../shared/domain/found-by.ts';
import { groupByPlatform } from '../shared/domain/group.ts';
import { keyText, type StreamKey } from '../shared/domain/stream-key.ts';
import { KEPT, type PollQueues } from '../shared/queues/poll-queues.ts';

/**
 * Why somebody wants a look before its time. A key that was just followed is due anyway, and fresh when a neighbour's
 * look took it along; a release, a push or a hint means that what we saw a moment ago may be old.
 */
export type PollReason = 'followed' | 'released' | Exclude<FoundBy, 'poll'>;

/** Asks for looks now. Requests for a key that already waits for one are the same request. */
export function createPollRequest(queues: PollQueues) {
  return async function requestPolls(keys: readonly StreamKey[], reason: PollReason): Promise<void> {
    const name = reason === 'followed' ? 'poll' : 'look';
    for (const [platform, identifiers] of groupByPlatform(keys)) {
      await queues[platform].addBulk(
        identifiers.map((identifier) => ({
          name,
          data: { identifier, reason },
          opts: {
            ...KEPT,
            // Ahead of the polls that wait, which are many when a platform was slow.
            lifo: true,
            // A look under way may have asked before what this one is about happened: then there is one more after it.
            deduplication: { id: `${name} ${keyText({ platform, identifier })}`, keepLastIfActive: true },
          },
        })),
      );
    }
  };
}

export type RequestPolls = ReturnType<typeof createPollRequest>;
