import {
  HINT_CHANNELS,
  type NeighbourWord,
  readHintMessage,
  withoutSignature,
} from '../shared/contracts/hint-messages.ts';
import { MAX_MESSAGE_BYTES } from '../shared/contracts/json.ts';
import { createSubscriber } from '../shared/pubsub/subscriber.ts';
import type { RedisConnection } from '../shared/redis/open-connection.ts';
import { type Clock, sleep } from '../shared/runtime/clock.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { Metrics } from '../shared/runtime/metrics.ts';
import type { Service } from '../shared/runtime/service.ts';
import type { RejectStore } from '../shared/store/reject-store.ts';
import { backoffMs } from './backoff.ts';
import { createPump } from './pump.ts';
import type { Message } from './read-message.ts';
import { createRejectBox } from './reject-box.ts';
import { createRoom } from './room.ts';
import type { TakeWords } from './take-words.ts';

/** About 15,000 hints. */
const ROOM_BYTES = 8 * 1024 * 1024;

/** What a message costs beside its bytes. */
const OVERHEAD_BYTES = 512;

/** Most taken at a time. */
const MOST_MESSAGES = 500;

/** So many failures in a row make half a minute: by then polls have found what the hints were about. */
const MOST_FAILURES = 10;

export interface HintListenerParts {
  readonly redisUrl: string;
  /** For commands. */
  readonly redis: RedisConnection;
  readonly words: TakeWords;
  readonly rejects: Pick<RejectStore, 'keep'>;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'messages' | 'rejects'>;
  readonly logger: Logger;
}

export interface HintListener extends Service {
  /** Whether hints are heard now. */
  isListening(): boolean;
}

/**
 * Hears what the bot's backend and the recorder say, and makes looks of it: heard → read → taken.
 * A help only: what it does not hear, or drops, polls find.
 */
export function createHintListener(parts: HintListenerParts): HintListener {
  const { redisUrl, redis, words, rejects, clock, metrics, logger } = parts;
  const room = createRoom(ROOM_BYTES);
  const box = createRejectBox({ redis, store: rejects, metrics, clock, logger });
  const stopping = new AbortController();
  const waiting: Message[] = [];
  let failures = 0;
  const pump = createPump(step);

  function refuse(message: Message, reason: string): void {
    metrics.messages.inc({ channel: message.channel, result: 'refused' });
    box.add({ channel: message.channel, reason, payload: withoutSignature(message.raw) });
  }

  function hear(channel: string, raw: Buffer): void {
    if (raw.length > MAX_MESSAGE_BYTES) {
      refuse({ channel, raw }, `message: expected at most ${MAX_MESSAGE_BYTES} bytes, got ${raw.length}`);
    } else if (room.enter(raw.length + OVERHEAD_BYTES)) {
      waiting.push({ channel, raw });
      pump.kick();
    } else {
      metrics.messages.inc({ channel, result: 'dropped' });
    }
  }

  async function step(): Promise<boolean> {
    const messages = waiting.splice(0, MOST_MESSAGES);
    const read = messages.flatMap((message): NeighbourWord[] => {
      const reading = readHintMessage(message.channel, message.raw);
      if (reading.kind === 'refused') refuse(message, reading.reason);
      else metrics.messages.inc({ channel: message.channel, result: 'accepted' });
      return reading.kind === 'word' ? [reading.word] : [];
    });
    while (read.length > 0 && !(await taken(read)));
    for (const { raw } of messages) room.leave(raw.length + OVERHEAD_BYTES);
    return waiting.length > 0;
  }

  /** @returns whether they are done with, one way or the other */
  async function taken(read: readonly NeighbourWord[]): Promise<boolean> {
    try {
      await words.take(read);
      failures = 0;
      return true;
    } catch (error) {
      failures++;
      const given = failures >= MOST_FAILURES || stopping.signal.aborted;
      if (given) logger.error({ err: error, hints: read.length }, 'hints dropped, polls find what they were about');
      else logger.warn({ err: error, hints: read.length, failures }, 'hints cannot be taken, trying again');
      if (given) failures = 0;
      else await sleep(backoffMs(failures), stopping.signal);
      return given;
    }
  }

  const subscriber = createSubscriber({ redisUrl, channels: HINT_CHANNELS, onMessage: hear, logger });
  return {
    name: 'hint-listener',
    async start() {
      // Not waited for: a Redis account without the right to these channels must not keep follows from being heard.
      subscriber.start().catch((error: unknown) => logger.error({ err: error }, 'hints are not heard'));
    },
    async stop() {
      await subscriber.stop();
      stopping.abort();
      await pump.rested();
      await words.end();
      await box.empty();
    },
    isListening: () => subscriber.isSubscribed(),
  };
}
