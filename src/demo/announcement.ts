import type { StatusEvent } from '../shared/contracts/status-events.ts';
import type { Platform } from '../shared/domain/platform.ts';

/** One stream of one event, as a shard heard it. */
export interface Announcement {
  readonly platform: Platform;
  readonly identifier: string;
  readonly broadcastId: string;
  readonly direction: 'online' | 'offline';
  /** The start or the end that it tells; null when it tells none. */
  readonly happenedAt: Date | null;
  readonly heardAt: Date;
  readonly eventId: string;
  readonly epoch: string;
  readonly sequence: number;
}

export function announcementsOf(event: StatusEvent, heardAt: Date): Announcement[] {
  const { EventId: eventId, Epoch: epoch, Sequence } = event.Metadata;
  return event.Streams.map((stream) => {
    const told = event.IsOnline ? stream.ActualStartTime : stream.EndTime;
    return {
      platform: event.Platform,
      identifier: stream.ChannelId,
      broadcastId: stream.VideoId,
      direction: event.IsOnline ? 'online' : 'offline',
      happenedAt: told === undefined ? null : new Date(told),
      heardAt,
      eventId,
      epoch,
      sequence: Number(Sequence),
    };
  });
}
