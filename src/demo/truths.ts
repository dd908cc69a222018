import { keyText, type StreamKey } from '../shared/domain/stream-key.ts';
import type { Announcement } from './announcement.ts';
import type { Truth } from './simulated-platforms.ts';

interface TrueSession {
  readonly key: string;
  readonly startedAt: Date;
  endedAt: Date | null;
}

/** When everything truly began and ended, as the simulator says it while it happens. */
export function createTruths() {
  // By each of the ids of a session, so that one that goes on under a new id stays one.
  const sessions = new Map<string, TrueSession>();
  const nameOf = (platform: string, id: string): string => `${platform}/${id}`;

  function add({ kind, at, platform, identifier, id, continues }: Truth): void {
    const known = sessions.get(nameOf(platform, id)) ?? sessions.get(nameOf(platform, continues ?? ''));
    if (kind === 'offline') {
      if (known) known.endedAt = at;
      return;
    }
    if (known) known.endedAt = null;
    const session = known ?? { key: keyText({ platform, identifier }), startedAt: at, endedAt: null };
    sessions.set(nameOf(platform, id), session);
  }

  return {
    add,
    isLive: (key: StreamKey): boolean =>
      [...sessions.values()].some((session) => session.key === keyText(key) && session.endedAt === null),
    momentOf({ platform, broadcastId, direction }: Announcement): Date | null {
      const session = sessions.get(nameOf(platform, broadcastId));
      return (direction === 'online' ? session?.startedAt : session?.endedAt) ?? null;
    },
  };
}
