import type { KnownBroadcast } from './broadcast.ts';
import { type Pace, paceOf } from './pace.ts';
import type { PushTells } from './push-tells.ts';

/** What is remembered of a key, as far as its pace depends on it. */
export interface PacedStream {
  readonly quarantinedAt: Date | null;
  readonly expectedUntil: Date | null;
  readonly lastLiveAt: Date | null;
  readonly createdAt: Date;
  /** Since when its platform tells us of changes by itself. */
  readonly pushedAt: Date | null;
  readonly open: readonly Pick<KnownBroadcast, 'state' | 'scheduledStart' | 'missingSince'>[];
}

/** @param tells what pushes of the platform tell of */
export function streamPace(stream: PacedStream, tells: PushTells, now: Date): Pace {
  const { open } = stream;
  return paceOf(
    {
      quarantined: stream.quarantinedAt !== null,
      expectedUntil: stream.expectedUntil,
      live: open.some((broadcast) => broadcast.state === 'live'),
      missing: open.some((broadcast) => broadcast.state === 'live' && broadcast.missingSince !== null),
      scheduledStarts: open.flatMap((broadcast) => (broadcast.scheduledStart ? [broadcast.scheduledStart] : [])),
      lastSignAt: stream.lastLiveAt ?? stream.createdAt,
      pushed: stream.pushedAt === null ? null : tells,
    },
    now,
  );
}
