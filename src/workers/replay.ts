import type { Publisher } from '../shared/pubsub/publisher.ts';
import { sleep } from '../shared/runtime/clock.ts';
import type { PublishedContent, PublishedSpan } from '../shared/store/published-store.ts';
import type { BackPressure } from './back-pressure.ts';
import { type FlushPace, untilGo } from './flush-pace.ts';

export interface ReplayParts {
  readonly readPublished: (span: PublishedSpan) => AsyncIterable<readonly PublishedContent[]>;
  readonly publisher: Pick<Publisher, 'repeat'>;
  readonly pace: Pick<FlushPace, 'turn'>;
  readonly backPressure: Pick<BackPressure, 'holdBack'>;
  readonly publishRate: () => number;
}

export interface ReplayOptions extends PublishedSpan {
  /** Only count. */
  readonly dryRun: boolean;
}

export interface Replayed {
  readonly events: number;
  readonly streams: number;
  /** How many heard the one that fewest heard; 0 without an event. */
  readonly heardBy: number;
}

/**
 * Publishes again what was published: the same events under the same ids and places, marked as repeats. Log, snapshot and
 * tables stay as they are, so that whoever counts events sees no hole and no new number.
 */
export function createReplay({ readPublished, publisher, pace, backPressure, publishRate }: ReplayParts) {
  async function again({ content, place }: PublishedContent): Promise<number> {
    await backPressure.holdBack();
    await untilGo(pace.turn);
    const heard = await publisher.repeat(content, place);
    // Half of the rate at most: what is news is not to wait behind what is not.
    await sleep(2_000 / publishRate());
    return heard;
  }

  return async function replay({ dryRun, ...span }: ReplayOptions): Promise<Replayed> {
    let [events, streams, heardBy] = [0, 0, Number.POSITIVE_INFINITY];
    for await (const page of readPublished(span)) {
      for (const published of page) {
        events += 1;
        streams += published.content.streams.length;
        if (!dryRun) heardBy = Math.min(heardBy, await again(published));
      }
    }
    return { events, streams, heardBy: Number.isFinite(heardBy) ? heardBy : 0 };
  };
}

export type Replay = ReturnType<typeof createReplay>;
