import { createHash } from 'node:crypto';
import { liveField } from '../shared/contracts/channels.ts';
import type { StatusEvent, StreamData } from '../shared/contracts/status-events.ts';
import type { Platform } from '../shared/domain/platform.ts';

/** Streams of one platform that went on, or off, the air. */
export interface StreamChange {
  readonly direction: 'online' | 'offline';
  readonly platform: Platform;
  /** From 1 to 100, with every field of the event, also those that this version does not know. */
  readonly streams: readonly StreamData[];
  /** The same when this change is told again, which happens when a process dies between being told and having saved it. */
  readonly eventId: string;
  /**
   * `event`: as it was published. `snapshot`: found by comparing, because the events are gone; such streams that went
   * off are as they were last known, without an end.
   */
  readonly source: 'event' | 'snapshot';
  /** Somebody had it published again, and this shard had missed it: it may be hours old. */
  readonly repeat?: true;
}

/** Names a broadcast among all platforms: `twitch/41002003004`. */
export function broadcastOf(stream: StreamData): string {
  return liveField(stream.Platform, stream.VideoId);
}

export function changeOfEvent(event: StatusEvent, streams: readonly StreamData[]): StreamChange {
  const { IsOnline, Platform, Metadata } = event;
  const direction = IsOnline ? 'online' : 'offline';
  const change = { direction, platform: Platform, streams, eventId: Metadata.EventId, source: 'event' } as const;
  return Metadata.Repeat ? { ...change, repeat: true } : change;
}

/** @param found never empty, all of one platform. The id depends on nothing but what is found and in which epoch. */
export function changeOfSnapshot(
  direction: StreamChange['direction'],
  epoch: string,
  found: readonly [StreamData, ...StreamData[]],
): StreamChange {
  const eventId = uuidOf([direction, epoch, ...found.map(broadcastOf)].join('\n'));
  return { direction, platform: found[0].Platform, streams: found, eventId, source: 'snapshot' };
}

/** A UUID of version 8, which RFC 9562 leaves to applications. */
function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
