import { FOLLOW_CHANNEL, UNFOLLOW_CHANNEL } from '../shared/contracts/channels.ts';
import { MAX_MESSAGE_BYTES } from '../shared/contracts/json.ts';
import type { RedisConnection } from '../shared/redis/open-connection.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { Metrics } from '../shared/runtime/metrics.ts';
import type { Service } from '../shared/runtime/service.ts';
import { createSubscriber } from '../shared/pubsub/subscriber.ts';
import type { RejectStore } from '../shared/store/reject-store.ts';
import { createEventApplier } from './event-applier.ts';
import { createEventReader, OVERHEAD_BYTES } from './event-reader.ts';
import type { HandOn } from './hand-on.ts';
import { createReceiveTimes } from './receive-time.ts';
import { createRejectBox } from './reject-box.ts';
import { createRoom } from './room.ts';

/** About 30,000 follows: three of the bursts that must be taken whole. */
const ROOM_BYTES = 32 * 1024 * 1024;

/** Within this much time what is in hand is finished on stop, in ms; the process has ten seconds. */
const STOP_WITHIN_MS = 8_000;

export interface FollowListenerParts {
  readonly redisUrl: string;
  /** For commands. */
  readonly redis: RedisConnection;
  readonly handOn: HandOn;
  readonly rejects: Pick<RejectStore, 'keep'>;
  readonly clock: Clock;
  /** Most wishes of a guild carried out a second, and at once; both asked for each time. */
  readonly rate: () => number;
  readonly burst: () => number;
  readonly metrics: Pick<Metrics, 'messages' | 'rejects' | 'folded' | 'slowed' | 'followsRefused'>;
  readonly logger: Logger;
  /** Most bytes held at a time. */
  readonly roomBytes?: number;
}

export interface FollowListener extends Service {
  /** Whether follows are heard now. */
  isListening(): boolean;
}

/**
 * Hears `stream.follow` and `stream.unfollow` and hands on what they wish: heard → read and dated → applied in batches.
 * Nothing that can be published stops it, and what it has heard it holds until Postgres and Redis have taken it.
 */
export function createFollowListener(parts: FollowListenerParts): FollowListener {
  const { redisUrl, redis, rejects, clock, metrics, logger, roomBytes = ROOM_BYTES } = parts;
  const room = createRoom(roomBytes);
  const box = createRejectBox({ redis, store: rejects, metrics, clock, logger });
  const [stopping, ended] = [new AbortController(), new AbortController()];
  const drops = createDropLog(logger);
  const drop = (channel: string): void => {
    metrics.messages.inc({ channel, result: 'dropped' });
    drops.note();
  };
  const applier = createEventApplier({ ...parts, room, box, drop, ended: ended.signal });
  const reader = createEventReader({
    receiveTimes: createReceiveTimes(redis),
    ...{ applier, box, room, clock, metrics, logger },
    stopping: stopping.signal,
  });
  let listeningSince = 0;

  function hear(channel: string, raw: Buffer): void {
    const bytes = raw.length + OVERHEAD_BYTES;
    if (raw.length > MAX_MESSAGE_BYTES) {
      metrics.messages.inc({ channel, result: 'refused' });
      box.add({
        channel,
        reason: `message: expected at most ${MAX_MESSAGE_BYTES} bytes, got ${raw.length}`,
        payload: raw,
      });
    } else if (room.enter(bytes)) {
      reader.take({ channel, raw, listeningSince, bytes });
    } else {
      drop(channel);
    }
  }

  const subscriber = createSubscriber({
    redisUrl,
    channels: [FOLLOW_CHANNEL, UNFOLLOW_CHANNEL],
    onMessage: hear,
    onSubscribing: (sinceMicros) => {
      listeningSince = sinceMicros;
    },
    logger,
  });

  return {
    name: 'follow-listener',
    start: () => subscriber.start(),
    async stop() {
      await subscriber.stop();
      stopping.abort();
      const late = setTimeout(() => ended.abort(), STOP_WITHIN_MS);
      await Promise.race([reader.rested().then(applier.drained), aborted(ended.signal)]);
      clearTimeout(late);
      await box.empty();
      const lost = applier.waiting();
      if (lost > 0) logger.error({ lost }, 'stopped before all follows that were heard could be applied');
    },
    isListening: () => subscriber.isSubscribed(),
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Says at most once a second how many messages found no room. */
function createDropLog(logger: Logger) {
  let count = 0;

  function tell(): void {
    logger.error({ count }, 'follows dropped, too many wait to be applied');
    count = 0;
  }

  return {
    note(): void {
      count++;
      if (count === 1) setTimeout(tell, 1_000).unref();
    },
  };
}
