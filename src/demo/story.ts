import type { Streamer } from '../../simulator/broadcast.ts';
import { type PerPlatform, perPlatform } from '../shared/domain/platform.ts';
import { keyText, type StreamKey } from '../shared/domain/stream-key.ts';
import type { Announcement } from './announcement.ts';
import type { FollowedKey } from './expectation.ts';
import type { Guild } from './guilds.ts';
import type { Truth } from './simulated-platforms.ts';
import { createTruths } from './truths.ts';

/** A key that was followed, and by whom it still is. */
export interface StoryKey {
  readonly streamer: Streamer;
  readonly guilds: Set<Guild>;
  readonly followedAt: Date;
  unfollowedAt: Date | null;
}

export type Standing = 'told' | 'untold' | 'off' | 'left';

export interface Delay {
  readonly ms: number;
  /** A follow counts as the beginning where it came after it. */
  readonly since: 'start' | 'follow' | 'end';
}

/** One stream of an event, with how late it was heard. */
export interface Told extends Announcement {
  /** Of the streamer, or the bare key of somebody unknown. */
  readonly name: string;
  /** How long after it truly began or ended it was heard; null when the simulator knows nothing of it. */
  readonly delay: Delay | null;
}

/** What has happened so far, for whoever watches. */
export function createStory() {
  const keys = new Map<string, StoryKey>();
  const truths = createTruths();
  const live = new Map<string, Set<string>>();
  const told: Told[] = [];
  let requests: PerPlatform<number> = perPlatform(() => 0);
  let requestsSinceLeft = 0;

  function follow(streamer: Streamer, guild: Guild, at: Date): void {
    const key = keys.get(keyText(streamer));
    if (key) key.guilds.add(guild);
    else keys.set(keyText(streamer), { streamer, guilds: new Set([guild]), followedAt: at, unfollowedAt: null });
  }

  function unfollow(streamer: Streamer, guild: Guild, at: Date): void {
    const key = keys.get(keyText(streamer));
    key?.guilds.delete(guild);
    if (key?.guilds.size === 0) key.unfollowedAt = at;
  }

  function delayOf(one: Announcement): Delay | null {
    const moment = truths.momentOf(one);
    const followedAt = keys.get(keyText(one))?.followedAt;
    if (!moment || !followedAt) return null;
    const wasLive = one.direction === 'online' && followedAt > moment;
    const ms = one.heardAt.getTime() - (wasLive ? followedAt : moment).getTime();
    if (one.direction === 'offline') return { ms, since: 'end' };
    return { ms, since: wasLive ? 'follow' : 'start' };
  }

  function hear(announcements: readonly Announcement[]): Told[] {
    const fresh = announcements.map((one) => {
      const name = keys.get(keyText(one))?.streamer.name ?? one.identifier;
      return { ...one, name, delay: delayOf(one) };
    });
    for (const one of fresh) {
      const ids = live.get(keyText(one)) ?? new Set();
      if (one.direction === 'online') ids.add(one.broadcastId);
      else ids.delete(one.broadcastId);
      live.set(keyText(one), ids);
    }
    told.push(...fresh);
    return fresh;
  }

  function standing(key: StreamKey): Standing {
    if (keys.get(keyText(key))?.unfollowedAt) return 'left';
    if ((live.get(keyText(key))?.size ?? 0) > 0) return 'told';
    return truths.isLive(key) ? 'untold' : 'off';
  }

  return {
    ...{ follow, unfollow, hear, standing, told },
    learn: (truth: Truth): void => truths.add(truth),
    count(counts: PerPlatform<number>, sinceLeft: number): void {
      requests = counts;
      requestsSinceLeft = sinceLeft;
    },
    requests: () => requests,
    requestsSinceLeft: () => requestsSinceLeft,
    keys: (): StoryKey[] => [...keys.values()],
    /** The key that everybody has left, if there is one already. */
    left: (): StoryKey | undefined => [...keys.values()].find((key) => key.unfollowedAt !== null),
    follows: (): FollowedKey[] =>
      [...keys.values()].map(({ streamer: { platform, identifier }, followedAt, unfollowedAt }) => ({
        ...{ platform, identifier, followedAt, unfollowedAt },
      })),
  };
}

export type Story = ReturnType<typeof createStory>;
