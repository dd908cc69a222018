import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../../src/commands/doctor/checks.ts';
import { judgeClocks } from '../../../src/commands/doctor/clocks.ts';
import { judgeAnswer, judgeUnset } from '../../../src/commands/doctor/credentials.ts';
import { judgeDrift } from '../../../src/commands/doctor/drift.ts';
import { looked } from '../../../src/commands/doctor/examine.ts';
import type { Judged, Patient } from '../../../src/commands/doctor/finding.ts';
import { judgeMemory } from '../../../src/commands/doctor/memory.ts';
import { judgeNeighbours } from '../../../src/commands/doctor/neighbours.ts';
import { judgePersistence } from '../../../src/commands/doctor/persistence.ts';
import { judgePolling } from '../../../src/commands/doctor/polling.ts';
import { judgeProcesses } from '../../../src/commands/doctor/processes.ts';
import { judgePush, type PushStands } from '../../../src/commands/doctor/push.ts';
import { judgeSchema } from '../../../src/commands/doctor/schema.ts';
import { judgeQueues } from '../../../src/commands/doctor/stuck-queues.ts';
import { judgePostgres, judgeRedis } from '../../../src/commands/doctor/versions.ts';
import { perPlatform } from '../../../src/shared/domain/platform.ts';

const levels = (judged: readonly Judged[]): string[] => judged.map(({ level }) => level);
const wrong = (judged: readonly Judged[]): string[] =>
  judged.filter(({ level }) => level !== 'ok').map(({ level, what }) => `${level}: ${what}`);

describe('servers', () => {
  it('must not be older than what we use of them', () => {
    expect(levels([judgeRedis('6.2.0'), judgePostgres(140_001)])).toEqual(['ok', 'ok']);
    expect(levels([judgeRedis('7.0.15'), judgePostgres(180_000)])).toEqual(['ok', 'ok']);
    expect(wrong([judgeRedis('6.0.16'), judgePostgres(130_014)])).toEqual([
      'fault: Redis is version 6.0.16',
      'warning: Postgres is version 13, which gets no fixes any more',
    ]);
  });

  it('must not throw keys away, and have room', () => {
    const [policy, usedBytes] = ['noeviction', 95 * 1024 * 1024];
    expect(levels(judgeMemory({ policy, usedBytes, limitBytes: 0 }))).toEqual(['ok', 'ok']);
    expect(wrong(judgeMemory({ policy, usedBytes, limitBytes: 100 * 1024 * 1024 }))).toEqual([
      'warning: Redis uses 95 MiB, 95 % of its maxmemory',
    ]);
    expect(levels(judgeMemory({ policy: 'allkeys-lru', usedBytes, limitBytes: usedBytes }))).toEqual([
      'fault',
      'fault',
    ]);
  });

  it('may keep nothing on disk, but not fail to', () => {
    const well = { loading: false, appendOnly: false, snapshotFailed: false, appendFailed: false };
    expect(wrong(judgePersistence(well))).toEqual([]);
    expect(wrong(judgePersistence({ ...well, snapshotFailed: true }))).toEqual([
      'fault: Redis cannot write its snapshot to disk',
    ]);
    expect(levels(judgePersistence({ ...well, loading: true }))).toEqual(['warning']);
  });

  it('have clocks that agree, as far as a slow answer lets one see', () => {
    const redis = (aheadMs: number, uncertainMs: number) => judgeClocks([{ server: 'Redis', aheadMs, uncertainMs }]);
    expect(levels(redis(900, 0))).toEqual(['ok']);
    expect(levels(redis(-4_000, 3_500))).toEqual(['ok']);
    expect(wrong(redis(-4_000, 5))).toEqual(['warning: the clock of Redis is 4.0 s behind the one here']);
    expect(wrong(redis(3_600_000, 5))).toEqual(['fault: the clock of Redis is 3600.0 s ahead of the one here']);
  });

  it('may hold tables of a newer version', () => {
    expect(levels(judgeSchema(['1_a', '2_b'], ['1_a', '2_b']))).toEqual(['ok']);
    expect(wrong(judgeSchema(['1_a', '2_b', '3_c'], ['1_a', '2_b']))).toEqual([
      'warning: the tables are of a newer version (3_c)',
    ]);
  });
});

describe('credentials', () => {
  const rests = (reason: string) => ({ resting: { reason, until: null } });
  it('are a fault when the platform refuses them, now or when it was asked last', () => {
    const well = judgeAnswer('twitch', { resting: null }, null);
    const refused = judgeAnswer('twitch', { resting: null }, { fault: 'unauthorized', message: 'no' });
    const refusedBefore = judgeAnswer('twitch', rests('twitch answered streams with 401 (refused)'), null);
    expect(levels([well, refused, refusedBefore])).toEqual(['ok', 'fault', 'fault']);
  });

  it('are not blamed for a limit, a spent budget or an outage', () => {
    const limited = judgeAnswer('youtube', rests('youtube answered videos with 403 (quotaExceeded)'), null);
    const down = judgeAnswer('youtube', { resting: null }, { fault: 'unavailable', message: 'no answer' });
    expect(levels([limited, down])).toEqual(['warning', 'warning']);
  });

  it('are missed only where somebody follows something', () => {
    expect(levels([judgeUnset('twitter', { keys: 0 }), judgeUnset('twitter', { keys: 3 })])).toEqual(['ok', 'warning']);
  });
});

describe('processes', () => {
  const all = { listen: 1, poll: perPlatform(() => 1), flush: 1, sync: 1, shards: 3, keys: perPlatform(() => 5) };
  it('are all needed, poll only for platforms of which something is followed', () => {
    expect(levels(judgeProcesses(all))).toEqual(['ok', 'ok']);
    const poll = { ...all.poll, twitter: 0 };
    expect(wrong(judgeProcesses({ ...all, poll, keys: { ...all.keys, twitter: 0 } }))).toEqual([]);
    expect(wrong(judgeProcesses({ ...all, poll, flush: 0, listen: 0, sync: 0, shards: 0 }))).toEqual([
      'fault: no process runs role listen, so follows that shards say now are lost',
      'fault: no process polls twitter, although keys of it are followed',
      'fault: no process runs role flush, so nothing is published',
      'fault: no process runs role sync, so nothing is repaired, resolved or cleaned up',
      'warning: nobody hears streams.online',
    ]);
  });

  it('may all be off where nobody follows anything yet', () => {
    const none = { listen: 0, poll: perPlatform(() => 0), flush: 0, sync: 0, shards: 0, keys: perPlatform(() => 0) };
    expect(levels(judgeProcesses(none))).toEqual(['warning']);
    expect(levels(judgeProcesses({ ...none, keys: { ...none.keys, twitch: 1 } })).slice(0, 4)).toEqual(
      Array(4).fill('fault'),
    );
  });
});

describe('polling and queues', () => {
  const well = {
    ...{ resting: null, sickSince: null, overdue: 0, mostOverdueMs: 0, quarantined: 0 },
    ...{ budgets: [], forecasts: {} },
  };
  const intervals = perPlatform(() => 60_000);
  const twitch = (stands: object) =>
    wrong(judgePolling({ ...perPlatform(() => well), twitch: { ...well, ...stands } }, intervals));

  it('are late, or at a stand', () => {
    expect(twitch({})).toEqual([]);
    expect(twitch({ overdue: 2, mostOverdueMs: 90_000 })).toEqual([
      expect.stringMatching(/^warning: twitch: 2 keys overdue/),
    ]);
    expect(twitch({ overdue: 1, mostOverdueMs: 600_000 })).toEqual([
      expect.stringMatching(/^fault: twitch: 1 key overdue/),
    ]);
    expect(twitch({ overdue: 1, mostOverdueMs: 600_000, resting: { reason: 'x', until: null } })).toEqual([]);
  });

  it('show budgets that will not do, sickness and quarantine', () => {
    const units = { name: 'units', limit: 100, used: 50, left: 50, resetsAt: null };
    expect(twitch({ budgets: [units], forecasts: { units: 250 } })).toEqual([
      'warning: twitch would need 250 of its 100 units, so it is looked at less often',
    ]);
    expect(twitch({ sickSince: new Date(), quarantined: 1 })).toHaveLength(2);
  });

  it('are stuck when a change failed, or waits for long', () => {
    const at = new Date('2026-09-26T10:00:00Z');
    const queue = (name: string, failed: number) => ({ queue: name, waiting: 9, active: 1, delayed: 9, failed });
    const [stuck, upkeep, poll] = [queue('change', 2), queue('upkeep', 1), queue('poll-twitch', 500)];
    expect(wrong(judgeQueues({ at, queues: [poll], oldestChangeAt: new Date(at.getTime() - 60_000) }))).toEqual([]);
    expect(
      levels(judgeQueues({ at, queues: [stuck, upkeep], oldestChangeAt: new Date(at.getTime() - 600_000) })),
    ).toEqual(['fault', 'fault', 'warning']);
  });
});

describe('pushes, drift and neighbours', () => {
  const none = { wanted: 0, pending: 0, active: 0, failed: 0 };
  const stands = (over: Partial<PushStands['platforms'][number]>): PushStands['platforms'] => [
    { platform: 'youtube', subscriptions: none, missed: 0, error: null, ...over },
  ];
  it('do not have to be, and are received where they are wanted', () => {
    const receivedSince = new Date();
    const publicUrl = 'https://tally.example';
    expect(wrong(judgePush({ publicUrl: null, receivedSince: null, platforms: stands({}) }))).toEqual([]);
    expect(wrong(judgePush({ publicUrl, receivedSince, platforms: stands({}) }))).toEqual([]);
    expect(levels(judgePush({ publicUrl, receivedSince: null, platforms: stands({}) }))).toEqual(['fault']);
    const active = stands({ subscriptions: { ...none, active: 2 } });
    expect(levels(judgePush({ publicUrl: null, receivedSince, platforms: active }))).toEqual(['warning']);
    // Taken away for good, it is no fault that nobody listens; what is left is said, and how it ends.
    const [left, ...more] = judgePush({ publicUrl: null, receivedSince: null, platforms: active });
    expect(more).toEqual([]);
    expect(left).toMatchObject({
      level: 'warning',
      what: 'youtube: 2 push subscriptions at the platform, and PUBLIC_URL is not set here',
      todo: expect.stringMatching(/taken away for good: the hub ends them by itself within ten days$/),
    });
    const bad = stands({ subscriptions: { ...none, failed: 2 }, missed: 1, error: 'hub said 404' });
    expect(wrong(judgePush({ publicUrl, receivedSince, platforms: bad }))).toEqual([
      'warning: youtube: 2 push subscriptions failing; last it said: hub said 404',
      'warning: youtube: 1 change of the last hour came by a poll and should have been pushed',
    ]);
  });

  it('tell what would be repaired, by kind, with one example', () => {
    const repairs = ['twitch/1', 'twitch/2'].map((key) => ({ what: 'start polling', key }));
    expect(wrong(judgeDrift([...repairs, { what: 'live', key: 'twitch/9' }]))).toEqual([
      'warning: 3 things derived would be repaired: 2 × start polling (twitch/1, …), 1 × live (twitch/9)',
    ]);
    expect(levels(judgeDrift([]))).toEqual(['ok']);
  });

  it('leave something over', () => {
    const platforms = perPlatform(() => ({ recordRequests: { waiting: 0, unheard: 1, heard: 0, over: 0 } }));
    const notices = [{ table: 'notice', rows: 3, readAt: new Date(), doubt: 'it is empty', doubtAt: new Date() }];
    const judged = judgeNeighbours({ notices, rejects: 2, platforms } as never);
    expect(wrong(judged)).toHaveLength(1 + 4 + 1);
    expect(wrong(judged)[0]).toBe("warning: the bot's table notice is not believed: it is empty");
  });
});

it('a check that cannot look is a fault of its own', async () => {
  const run = () => Promise.reject(new Error('NOPERM this user has no permissions'));
  expect(await looked({ name: 'memory', run }, {} as Patient)).toEqual([
    { check: 'memory', level: 'fault', what: expect.stringContaining('NOPERM'), todo: expect.any(String) },
  ]);
});

it('docs/doctor.md explains every check, in the order shown', () => {
  const text = readFileSync(new URL('../../../docs/doctor.md', import.meta.url), 'utf8');
  const table = text.slice(text.indexOf('## What it looks at'));
  const explained = [...table.matchAll(/^\| `([a-z]+)` \|/gm)].map((match) => match[1]);
  expect(explained).toEqual(CHECKS.map(({ name }) => name));
});
