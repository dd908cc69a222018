import { describe, expect, it } from 'vitest';
import type { TrueBroadcast } from '../../simulator/broadcast.ts';
import type { Announcement } from '../../src/demo/announcement.ts';
import { check, dueSessions, type Evidence } from '../../src/demo/check.ts';
import { demoTimes } from '../../src/demo/settings.ts';
import { toleranceOf } from '../../src/demo/tolerance.ts';
import { perPlatform } from '../../src/shared/domain/platform.ts';

const KEY = { platform: 'twitch', identifier: '123456' } as const;
const at = (seconds: number): Date => new Date(Date.UTC(2026, 8, 26, 12) + seconds * 1_000);

function broadcast(id: string, from: number, to: number | null, more: Partial<TrueBroadcast> = {}): TrueBroadcast {
  return {
    ...KEY,
    id,
    title: 'Live',
    state: to === null ? 'live' : 'ended',
    scheduledStart: null,
    startedAt: at(from),
    endedAt: to === null ? null : at(to),
    continues: null,
    cancelled: false,
    removed: false,
    membersOnly: false,
    pauses: [],
    createdAt: at(from),
    onAirSince: at(from),
    offAirSince: to === null ? null : at(to),
    ...more,
  };
}

/** Announcements in the order in which they were heard, each an event of its own. */
function announced(...steps: [string, 'online' | 'offline', number, Partial<Announcement>?][]): Announcement[] {
  return steps.map(([broadcastId, direction, second, more], index) => ({
    ...KEY,
    broadcastId,
    direction,
    happenedAt: at(second),
    heardAt: at(second + 3),
    eventId: `event-${index + 1}`,
    epoch: 'one',
    sequence: index + 1,
    ...more,
  }));
}

function evidence(given: Partial<Evidence> & { heard?: readonly Announcement[] }): Evidence {
  const heard = given.heard ?? [];
  return {
    follows: [{ ...KEY, followedAt: at(0), unfollowedAt: null }],
    history: [broadcast('A', 10, 40)],
    shards: [heard, heard, heard],
    requests: [],
    checkedAt: at(100),
    tolerance: toleranceOf(
      demoTimes(
        perPlatform(() => 3),
        false,
      ),
    ),
    ...given,
  };
}

const ON = ['A', 'online', 10] as const;
const OFF = ['A', 'offline', 41] as const;
const both = announced([...ON], [...OFF]);

const kinds = (given: Parameters<typeof evidence>[0]): string[] => check(evidence(given)).map(({ kind }) => kind);

describe('what agrees', () => {
  it('is a beginning and an end, each told once', () => {
    expect(check(evidence({ heard: both }))).toEqual([]);
    expect(dueSessions(evidence({ heard: both })).map(({ id }) => id)).toEqual(['A']);
  });

  it('is a beginning alone while the broadcast lasts', () => {
    expect(check(evidence({ history: [broadcast('A', 10, null)], heard: announced([...ON]) }))).toEqual([]);
  });

  it('is a broadcast too short for any poll, told or not', () => {
    const history = [broadcast('A', 10, 13)];
    expect(check(evidence({ history }))).toEqual([]);
    expect(check(evidence({ history, heard: announced([...ON], ['A', 'offline', 13]) }))).toEqual([]);
  });

  it('is silence about what was over before anybody followed, and about what nobody follows', () => {
    const history = [broadcast('A', -40, -5), broadcast('B', 10, 60, { identifier: '999' })];
    expect(check(evidence({ history }))).toEqual([]);
  });

  it('is a session that went on under another id and was told as one', () => {
    const history = [broadcast('A', 10, 40), broadcast('B', 42, 70, { continues: 'A' })];
    expect(check(evidence({ history, heard: announced([...ON], ['A', 'offline', 71]) }))).toEqual([]);
  });

  it('is a beginning without an end where everybody left in between', () => {
    const follows = [{ ...KEY, followedAt: at(0), unfollowedAt: at(30) }];
    expect(check(evidence({ follows, heard: announced([...ON]) }))).toEqual([]);
  });

  it('is a request while somebody follows, and one that was under way when the last one left', () => {
    const follows = [{ ...KEY, followedAt: at(0), unfollowedAt: at(80) }];
    const requests = [
      { at: at(79), platform: 'twitch' as const, ids: ['123456'] },
      { at: at(82), platform: 'twitch' as const, ids: ['123456'] },
      { at: at(95), platform: 'twitch' as const, ids: ['777'] },
      { at: at(95), platform: 'youtube' as const, ids: ['123456'] },
    ];
    expect(check(evidence({ follows, heard: both, requests }))).toEqual([]);
  });
});

describe('the end of a broadcast of Twitch, which does not tell it', () => {
  const asked = (second: number) => ({ at: at(second), platform: 'twitch' as const, ids: ['123456'] });
  const late = announced([...ON], ['A', 'offline', 60]);

  it('may be told late where nobody looked sooner', () => {
    expect(kinds({ heard: late, requests: [asked(39), asked(59)] })).toEqual([]);
  });

  it('is wrong where somebody had looked before, or where it is not known whether', () => {
    expect(kinds({ heard: late, requests: [asked(39), asked(44), asked(59)] })).toEqual(['time']);
    expect(kinds({ heard: late, requests: [asked(59)] })).toEqual(['time']);
    expect(kinds({ heard: announced([...ON], ['A', 'offline', 20]), requests: [asked(9), asked(59)] })).toEqual([
      'time',
    ]);
  });
});

describe('what does not agree', () => {
  it('is a beginning that nobody heard', () => {
    expect(kinds({ history: [broadcast('A', 10, null)] })).toEqual(['missing']);
  });

  it('is an end that nobody heard, however short the broadcast, once its beginning was told', () => {
    expect(kinds({ heard: announced([...ON]) })).toEqual(['missing']);
    expect(kinds({ history: [broadcast('A', 10, 13)], heard: announced([...ON]) })).toEqual(['missing']);
  });

  it('is a beginning or an end told twice, under the same id or under the next one', () => {
    expect(kinds({ heard: announced([...ON], [...ON], [...OFF]) })).toEqual(['duplicate']);
    const history = [broadcast('A', 10, 40), broadcast('B', 42, 70, { continues: 'A' })];
    const twice = announced([...ON], [...OFF], ['B', 'online', 42], ['B', 'offline', 71]);
    expect(kinds({ history, heard: twice })).toEqual(expect.arrayContaining(['duplicate', 'duplicate']));
  });

  it('is a session told under an id that only carries it on', () => {
    const history = [broadcast('A', 10, 40), broadcast('B', 42, 70, { continues: 'A' })];
    expect(kinds({ history, heard: announced(['B', 'online', 42], ['B', 'offline', 71]) })).toEqual(['phantom']);
  });

  it('is a broadcast that never was', () => {
    expect(kinds({ heard: [...both, ...announced(['Z', 'online', 50, { sequence: 3 }])] })).toEqual(['phantom']);
  });

  it('is an announcement for a key that nobody followed then', () => {
    expect(kinds({ follows: [], heard: both })).toEqual(['phantom', 'phantom']);
    const follows = [{ ...KEY, followedAt: at(60), unfollowedAt: null }];
    expect(kinds({ follows, heard: both })).toEqual(['phantom', 'phantom']);
  });

  it('is an end of something that is still live', () => {
    expect(kinds({ history: [broadcast('A', 10, null)], heard: both })).toEqual(['phantom']);
  });

  it('is an announcement under the wrong channel', () => {
    const heard = announced(['A', 'online', 10, { identifier: '999' }], [...OFF]);
    expect(kinds({ heard })).toEqual(['phantom']);
  });

  it('is an end without a beginning, and an end before it', () => {
    expect(kinds({ history: [broadcast('A', 10, 13)], heard: announced(['A', 'offline', 13]) })).toEqual(['order']);
    expect(kinds({ heard: announced([...OFF], [...ON]) })).toEqual(['order']);
  });

  it('is a later broadcast told before the end of an earlier one', () => {
    const history = [broadcast('A', 10, 40), broadcast('B', 60, null)];
    expect(kinds({ history, heard: announced([...ON], ['B', 'online', 60], [...OFF]) })).toEqual(['order']);
  });

  it('is a wrong time, and no time at all', () => {
    expect(kinds({ heard: announced(['A', 'online', 20], [...OFF]) })).toEqual(['time']);
    expect(kinds({ heard: announced([...ON], ['A', 'offline', 60]) })).toEqual(['time']);
    expect(kinds({ heard: announced(['A', 'online', 10, { happenedAt: null }], [...OFF]) })).toEqual(['time']);
  });

  it('is a shard that heard less, more, or in another order than the others', () => {
    expect(kinds({ shards: [both, both.slice(0, 1), both] })).toEqual(['shards']);
    expect(kinds({ shards: [both, both, [...both, ...both]] })).toEqual(['shards']);
    expect(kinds({ shards: [both, both.toReversed(), both] })).toEqual(['shards']);
  });

  it('is a hole in the sequence', () => {
    expect(kinds({ heard: announced([...ON], ['A', 'offline', 41, { sequence: 3 }]) })).toEqual(['shards']);
  });

  it('is a request for a key, or one of its broadcasts, that nobody follows any more', () => {
    const follows = [{ ...KEY, followedAt: at(0), unfollowedAt: at(80) }];
    const late = (id: string) => [{ at: at(91), platform: 'twitch' as const, ids: ['777', id] }];
    expect(kinds({ follows, heard: both, requests: late('123456') })).toEqual(['late-request']);
    expect(kinds({ follows, heard: both, requests: late('A') })).toEqual(['late-request']);
  });
});
