import type { Direction } from './verdict.ts';

/** Why a change that waited is not published after all. `unreadable`: what its row holds is no stream. */
export type Silence = 'too-old' | 'silent-online' | 'unreadable';

export interface AgeingChange {
  readonly id: bigint;
  readonly broadcastId: string;
  readonly direction: Direction;
  /** When it truly happened. */
  readonly happenedAt: Date;
}

export interface SilenceFacts {
  readonly now: Date;
  /** A start longer ago than this is no news. */
  readonly announceMaxAgeMs: number;
  /** Broadcasts whose online was recorded without being announced. */
  readonly silentOnlines: ReadonlySet<string>;
}

/**
 * Which of the waiting changes of one platform must not be announced: an online that is no news any more, and an
 * offline whose online nobody heard. Any other offline is told, however late: somebody believes it is live.
 */
export function silences(changes: readonly AgeingChange[], facts: SilenceFacts): Map<bigint, Silence> {
  const { now, announceMaxAgeMs, silentOnlines } = facts;
  const stale = changes.filter(
    ({ direction, happenedAt }) => direction === 'online' && now.getTime() - happenedAt.getTime() > announceMaxAgeMs,
  );
  const staleBroadcasts = new Set(stale.map((change) => change.broadcastId));
  const silent = new Map<bigint, Silence>();
  for (const change of changes) {
    if (staleBroadcasts.has(change.broadcastId)) silent.set(change.id, 'too-old');
    else if (change.direction === 'offline' && silentOnlines.has(change.broadcastId))
      silent.set(change.id, 'silent-online');
  }
  return silent;
}
