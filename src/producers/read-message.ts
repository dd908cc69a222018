import { stringify } from 'lossless-json';
import { FOLLOW_CHANNEL } from '../shared/contracts/channels.ts';
import { type FollowEvent, readFollowEvents } from '../shared/contracts/follow-events.ts';
import { JsonRefusal, parseJson } from '../shared/contracts/json.ts';
import type { StreamName } from '../shared/domain/follow.ts';
import type { StreamKey } from '../shared/domain/stream-key.ts';
import { readKey } from '../shared/platforms/key.ts';

/** A message as it was published. */
export interface Message {
  readonly channel: string;
  readonly raw: Buffer;
}

/** An event we can use, not dated yet. */
export interface HeardEvent {
  readonly said: FollowEvent;
  readonly target: StreamKey | StreamName;
  /** Which event of its message it is. */
  readonly index: number;
  /** The message, or the element of it that says this. */
  readonly payload: Buffer;
}

/** A message, or one event of it, that cannot be used. */
export interface Refusal {
  readonly channel: string;
  readonly reason: string;
  readonly payload: Buffer;
}

export interface MessageReading {
  readonly events: HeardEvent[];
  readonly refusals: Refusal[];
}

/** Reads what a message says. Never throws: what is unusable in it is refused, and its neighbours are not. */
export function readMessage({ channel, raw }: Message): MessageReading {
  const reading: MessageReading = { events: [], refusals: [] };
  const refuse = (reason: string, payload: Buffer) => reading.refusals.push({ channel, reason, payload });
  try {
    const value = parseJson(raw);
    const read = readFollowEvents(channel === FOLLOW_CHANNEL ? 'follow' : 'unfollow', value);
    for (const [index, each] of read.entries()) {
      const payload = Array.isArray(value) && read.length === value.length ? elementText(value[index]) : raw;
      if (each.kind === 'refused') refuse(each.reason, payload);
      else addEvent(each.event, { reading, index, payload, refuse: (reason) => refuse(reason, payload) });
    }
  } catch (error) {
    // What a stranger sends must not end us, not even by a fault of our own.
    refuse(error instanceof JsonRefusal ? error.message : `message: cannot be read: ${error}`, raw);
  }
  return reading;
}

interface Place extends Pick<HeardEvent, 'index' | 'payload'> {
  readonly reading: MessageReading;
  refuse(reason: string): void;
}

function addEvent(said: FollowEvent, { reading, index, payload, refuse }: Place): void {
  const target = readKey(said.platform, said.streamKey, said.platformData);
  if (target.kind === 'refused') refuse(target.reason);
  else reading.events.push({ said, target: target.kind === 'key' ? target.key : target.name, index, payload });
}

/** Of an array only the element is kept, so that a replay says nothing twice, and none holds all of it in memory. */
function elementText(element: unknown): Buffer {
  return Buffer.from(stringify(element) ?? '');
}
