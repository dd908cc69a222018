import type { Platform } from '../src/shared/domain/platform.ts';
import type { TrueBroadcast } from './broadcast.ts';

/** What shards should hear of: from the first picture to the last, whatever ids the platform gave in between. */
export interface Session {
  readonly platform: Platform;
  readonly identifier: string;
  /** The id under which it began; online and offline are announced under this one. */
  readonly id: string;
  /** All its ids, in order. */
  readonly ids: readonly string[];
  readonly startedAt: Date;
  /** Null while it lasts. */
  readonly endedAt: Date | null;
}

/**
 * What a perfect observer would have announced: one online a session, and one offline if it is over.
 * Broadcasts that never began are not among them.
 * @param history oldest first, as the world gives it
 */
export function sessionsOf(history: readonly TrueBroadcast[]): Session[] {
  const sessions = new Map<string, Session>();
  for (const broadcast of history) {
    const { platform, identifier, id, startedAt, endedAt, continues } = broadcast;
    if (startedAt === null) continue;
    const before = continues === null ? undefined : sessions.get(`${platform}/${continues}`);
    const session = before
      ? { ...before, ids: [...before.ids, id], endedAt }
      : { platform, identifier, id, ids: [id], startedAt, endedAt };
    for (const one of session.ids) sessions.set(`${platform}/${one}`, session);
  }
  return [...new Set(sessions.values())];
}
