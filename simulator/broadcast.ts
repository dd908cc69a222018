import type { Platform } from '../src/shared/domain/platform.ts';

/** A time without picture inside one broadcast: the streamer's connection broke, and the platform kept the id. */
export interface Pause {
  readonly from: Date;
  readonly to: Date | null;
}

/**
 * One broadcast as it truly was, whatever the platform's answers said of it.
 * The history of these tells what a perfect observer would have announced.
 */
export interface TrueBroadcast {
  readonly platform: Platform;
  /** The canonical key of its streamer. */
  readonly identifier: string;
  readonly id: string;
  readonly title: string;
  readonly state: 'scheduled' | 'live' | 'ended' | 'cancelled';
  readonly scheduledStart: Date | null;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  /** The broadcast of which this is the continuation under a new id. */
  readonly continues: string | null;
  readonly cancelled: boolean;
  /** Deleted or made private: the platform no longer knows the id. */
  readonly removed: boolean;
  readonly membersOnly: boolean;
  readonly pauses: readonly Pause[];
  readonly createdAt: Date;
  /** When it really went on air or came back: `startedAt` can be set into the past. */
  readonly onAirSince: Date | null;
  /** When it really went off air, by its end or by a pause. Null while on air. */
  readonly offAirSince: Date | null;
}

export interface Streamer {
  readonly platform: Platform;
  readonly identifier: string;
  readonly userId: string;
  readonly login: string;
  /** The name that is displayed. */
  readonly name: string;
  readonly createdAt: Date;
  /** False: the platform says that there is no such account. */
  readonly exists: boolean;
}

/** A plain YouTube video: no live stream, but the feed lists it like one. */
export interface Upload {
  readonly id: string;
  readonly title: string;
  readonly publishedAt: Date;
}

export function isOver(broadcast: TrueBroadcast): boolean {
  return broadcast.state === 'ended' || broadcast.state === 'cancelled';
}

export function isOnAir(broadcast: TrueBroadcast): boolean {
  return broadcast.state === 'live' && broadcast.offAirSince === null;
}
