import { saidAtFromMicros } from '../shared/contracts/timestamp.ts';
import { learnedName } from '../shared/platforms/learned-name.ts';
import { type Clock, sleep } from '../shared/runtime/clock.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { Metrics } from '../shared/runtime/metrics.ts';
import { backoffMs } from './backoff.ts';
import type { EventApplier } from './event-applier.ts';
import type { AnyWish } from './hand-on.ts';
import type { HeardWish } from './heard-wish.ts';
import { createPump } from './pump.ts';
import { type HeardEvent, type Message, readMessage } from './read-message.ts';
import type { Heard, ReceiveTimes } from './receive-time.ts';
import type { RejectBox } from './reject-box.ts';
import type { Room } from './room.ts';

/** Most read at a time: parsing must not keep the process from everything else. */
const MOST_MESSAGES = 500;
const MOST_BYTES = 512 * 1024;

/** What an event costs beside its bytes. */
export const OVERHEAD_BYTES = 512;

/** A message with what is needed to date it and to give its room back. */
export interface WaitingMessage extends Message {
  /** See `Heard`. */
  readonly listeningSince: number;
  /** The room it takes. */
  readonly bytes: number;
}

export interface EventReaderParts {
  readonly receiveTimes: ReceiveTimes;
  readonly applier: Pick<EventApplier, 'take'>;
  readonly box: Pick<RejectBox, 'add'>;
  readonly room: Pick<Room, 'leave'>;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'messages'>;
  readonly logger: Logger;
  /** Aborted when the listener stops: then it dates by its own clock rather than wait for Redis. */
  readonly stopping: AbortSignal;
}

/** What is heard, read and dated in the order in which it was heard, and passed to the applier. */
export function createEventReader(parts: EventReaderParts) {
  const { applier, box, room, metrics } = parts;
  const date = createDating(parts);
  const waiting: WaitingMessage[] = [];

  async function step(): Promise<boolean> {
    const read = takeSome(waiting).map((message) => ({ message, ...readMessage(message) }));
    for (const { message, events, refusals } of read) {
      for (const refusal of refusals) box.add(refusal);
      metrics.messages.inc({ channel: message.channel, result: 'refused' }, refusals.length);
      metrics.messages.inc({ channel: message.channel, result: 'accepted' }, events.length);
    }
    const heard = await date(read.flatMap(undated));
    // From here on each event takes room for itself.
    for (const { message } of read) room.leave(message.bytes);
    applier.take(heard);
    return waiting.length > 0;
  }

  const pump = createPump(step);
  return {
    take(message: WaitingMessage): void {
      waiting.push(message);
      pump.kick();
    },
    rested: pump.rested,
  };
}

interface Undated {
  readonly message: WaitingMessage;
  readonly event: HeardEvent;
}

function undated({ message, events }: { message: WaitingMessage; events: readonly HeardEvent[] }): Undated[] {
  return events.map((event) => ({ message, event }));
}

function createDating({ receiveTimes, clock, logger, stopping }: EventReaderParts) {
  return async function date(events: readonly Undated[]): Promise<HeardWish[]> {
    const times = await agreedTimes(events.map(heard));
    return events.map((each, position) => heardWish(each, times[position] ?? ''));
  };

  async function agreedTimes(events: readonly Heard[]): Promise<string[]> {
    for (let failures = 1; ; failures++) {
      try {
        return await receiveTimes(events);
      } catch (error) {
        logger.warn({ err: error, events: events.length }, 'cannot date follows, redis does not answer');
        if (stopping.aborted) return events.map(({ saidAt }) => earlier(saidAt, clock.now()));
        await sleep(backoffMs(failures), stopping);
      }
    }
  }
}

function heard({ message, event }: Undated): Heard {
  return {
    channel: message.channel,
    raw: message.raw,
    index: event.index,
    saidAt: event.said.saidAt,
    listeningSince: message.listeningSince,
  };
}

function heardWish({ message, event }: Undated, saidAt: string): HeardWish {
  const { said, target, payload } = event;
  const learned = 'identifier' in target ? learnedName(target, said.platformData) : undefined;
  const { channel } = message;
  return { wish: wishOf(event, saidAt), learned, channel, payload, bytes: payload.length + OVERHEAD_BYTES };
}

function wishOf({ said, target }: HeardEvent, saidAt: string): AnyWish {
  const { guildId, userId } = said;
  if (said.action === 'unfollow') return { action: 'unfollow', target, guildId, userId, saidAt, source: 'event' };
  const { channelId, priority, metadata } = said;
  return { action: 'follow', target, guildId, userId, saidAt, source: 'event', channelId, priority, metadata };
}

function earlier(saidAt: string | null, now: Date): string {
  const received = saidAtFromMicros(now.getTime() * 1_000);
  return saidAt !== null && saidAt < received ? saidAt : received;
}

/** The oldest, within bounds, and at least one. */
function takeSome(waiting: WaitingMessage[]): WaitingMessage[] {
  let bytes = 0;
  let count = 0;
  while (count < Math.min(waiting.length, MOST_MESSAGES) && bytes < MOST_BYTES) bytes += waiting[count++]?.bytes ?? 0;
  return waiting.splice(0, count);
}
