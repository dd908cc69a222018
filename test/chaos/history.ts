import { check } from '../../chaos/checker/check.ts';
import type { Asked, Broadcast, Entry, Rules, Told } from '../../chaos/checker/entry.ts';
import { historyOf } from '../../chaos/checker/history.ts';

export const T = Date.parse('2026-01-01T00:00:00Z');
export const SECOND = 1_000;

export const RULES: Rules = {
  what: 'rules',
  shards: ['0'],
  timeMs: 2 * SECOND,
  silentEnds: ['twitch'],
  recoverMs: 30 * SECOND,
  lookMs: 2 * SECOND,
  unfollowMs: 5 * SECOND,
  returnMs: { twitch: 8 * SECOND },
  doubtMs: 15 * SECOND,
  restMs: 60 * SECOND,
  unwatchedMs: 60 * SECOND,
  unwatchedLooks: 20,
};

/** Seconds of the history as the milliseconds in it. */
export const s = (seconds: number): number => T + seconds * SECOND;

export function broadcast(id: string, from: number, to: number | null, more: Partial<Broadcast> = {}): Broadcast {
  return {
    ...{ what: 'broadcast', platform: 'twitch', key: '1', id, startedAt: s(from), endedAt: to === null ? null : s(to) },
    ...{ continues: null, pauses: [], ...more },
  };
}

export function told(direction: Told['direction'], id: string, at: number, more: Partial<Told> = {}): Told {
  return {
    ...{
      what: 'told',
      shard: '0',
      source: 'event',
      at: s(at),
      eventId: `${direction} ${id}`,
      direction,
      platform: 'twitch',
    },
    ...{ streams: [{ id, key: '1', happenedAt: s(at - 2) }], ...more },
  };
}

export const heard = ({ shard: _, source: __, ...event }: Told): Entry => ({ ...event, what: 'heard' });
export const fault = (begin: number, end: number, platforms: string[] | null = null): Entry => ({
  ...{ what: 'fault', name: 'a fault', begin: s(begin), end: s(end), platforms },
});
export const asked = (at: number, more: Partial<Asked> = {}): Entry => ({
  ...{ what: 'asked', at: s(at), platform: 'twitch', endpoint: 'streams', ids: ['1'], answer: 'true', restMs: null },
  ...more,
});
/** Looked at every 3 s, from and until then. */
export const watched = (from: number, to: number, more: Partial<Asked> = {}): Entry[] =>
  Array.from({ length: Math.floor((to - from) / 3) + 1 }, (_, index) => asked(from + 3 * index, more));
export const follow = (at: number, guild = '7', key = '1', platform = 'twitch'): Entry => ({
  ...{ what: 'follow', at: s(at), guild, platform, key },
});
export const unfollow = (at: number, guild = '7', key = '1', platform = 'twitch'): Entry => ({
  ...{ what: 'unfollow', at: s(at), guild, platform, key },
});
export const quiet: Entry = { what: 'quiet', from: s(500), to: s(520) };

/** Rules, two streamers, a follow of the first, and what is given. Where it says nothing of looks, there are some all the time. */
export function found(...entries: readonly Entry[]): string[] {
  return foundBy(['0'], entries);
}

/** The same with these shards. */
export function foundBy(shards: string[], entries: readonly Entry[]): string[] {
  const streamers: Entry[] = ['1', '2'].map((key) => ({
    what: 'streamer',
    platform: 'twitch',
    key,
    names: [`name${key}`],
  }));
  const looks = entries.some(({ what }) => what === 'asked') ? [] : watched(0, 520);
  return check(historyOf([{ ...RULES, shards }, ...streamers, follow(0), ...looks, ...entries])).map(
    ({ kind }) => kind,
  );
}
