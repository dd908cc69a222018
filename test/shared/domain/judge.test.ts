import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KnownBroadcast } from '../../../src/shared/domain/broadcast.ts';
import { endRules } from '../../../src/shared/domain/end-rules.ts';
import { type Evidence, judge } from '../../../src/shared/domain/judge.ts';
import type { SeenBroadcast } from '../../../src/shared/domain/observation.ts';
import type { JudgedChange, Verdict } from '../../../src/shared/domain/verdict.ts';

const RULES = endRules({ youtube: 0, twitch: 180_000, twitter: 0, twitcasting: 90_000 });
const START = new Date('2026-09-26T10:00:00Z');

const atSecond = (seconds: number): Date => new Date(START.getTime() + seconds * 1_000);

function seen(over: Partial<SeenBroadcast> = {}): SeenBroadcast {
  const times = { scheduledStart: null, startedAt: START, endedAt: null };
  return { id: 'a', state: 'live', title: 'title', details: {}, ...times, ...over };
}

function known(over: Partial<KnownBroadcast> = {}): KnownBroadcast {
  const grace = { missingSince: null, misses: 0 };
  return { ...seen(), identifier: '1', rootId: null, state: 'live', version: 3, ...grace, ...over };
}

function look(over: Partial<Evidence>): Verdict[] {
  return judge({
    identifier: '1',
    seen: [],
    known: [],
    unasked: [],
    frozen: false,
    trackedSince: atSecond(-86_400),
    announceMaxAgeMs: 6 * 3_600_000,
    rule: RULES.twitch,
    now: atSecond(60),
    ...over,
  });
}

const changesOf = (verdicts: readonly Verdict[]): JudgedChange[] => verdicts.flatMap((verdict) => [...verdict.changes]);

/** Plays looks one after another, remembering what each one said, as the tables do. */
function play(looks: readonly Partial<Evidence>[]): { changes: JudgedChange[]; memory: KnownBroadcast[] } {
  const memory = new Map<string, KnownBroadcast>();
  const changes: JudgedChange[] = [];
  for (const one of looks) {
    const ids = new Set((one.seen ?? []).map((broadcast) => broadcast.id));
    const relevant = [...memory.values()].filter(
      (broadcast) => broadcast.state === 'live' || broadcast.state === 'scheduled' || ids.has(broadcast.id),
    );
    for (const { next, version, changes: told } of look({ ...one, known: relevant })) {
      memory.set(next.id, { ...next, version: (version ?? -1) + 1 });
      changes.push(...told);
    }
  }
  return { changes, memory: [...memory.values()] };
}

describe('a broadcast that is seen live', () => {
  it('goes online with its true start', () => {
    const [verdict] = look({ seen: [seen()] });
    expect(verdict?.version).toBeNull();
    expect(verdict?.changes).toEqual([{ direction: 'online', broadcastId: 'a', happenedAt: START, silent: null }]);
  });

  it('goes online once, though it is seen again and again', () => {
    const { changes } = play([{ seen: [seen()] }, { seen: [seen()] }, { seen: [seen({ title: 'new' })] }]);
    expect(changes).toHaveLength(1);
  });

  it('says nothing new when nothing is new', () => {
    expect(look({ seen: [seen()], known: [known()] })).toEqual([]);
  });

  it('is recorded silently when it began too long ago', () => {
    const [change] = changesOf(look({ seen: [seen({ startedAt: atSecond(-6 * 3_600) })] }));
    expect(change?.silent).toBe('too-old');
  });

  it('goes online after it was scheduled and rescheduled', () => {
    const scheduled = seen({ state: 'scheduled', startedAt: null, scheduledStart: atSecond(600) });
    const later = { ...scheduled, scheduledStart: atSecond(1_200) };
    const { changes, memory } = play([{ seen: [scheduled] }, { seen: [later] }, { seen: [seen()] }]);
    expect(changes.map((change) => change.direction)).toEqual(['online']);
    expect(memory[0]?.scheduledStart).toEqual(atSecond(1_200));
  });

  it('never comes back after it is over, however long the platform goes on showing it', () => {
    expect(look({ seen: [seen()], known: [known({ state: 'ended', endedAt: atSecond(30) })] })).toEqual([]);
  });

  it('goes online after it was called off, since it was never told', () => {
    const [change] = changesOf(look({ seen: [seen()], known: [known({ state: 'cancelled' })] }));
    expect(change?.direction).toBe('online');
  });
});

describe('a broadcast that is not seen any more', () => {
  const live = { seen: [seen()], now: atSecond(60) };

  it('is over after its grace, with the moment it was first missed as its end', () => {
    const { changes } = play([live, { now: atSecond(120) }, { now: atSecond(180) }, { now: atSecond(301) }]);
    expect(changes[1]).toEqual({
      direction: 'offline',
      broadcastId: 'a',
      happenedAt: atSecond(120),
      silent: null,
      endReason: 'vanished',
    });
  });

  it('is not over before its grace is', () => {
    expect(play([live, { now: atSecond(120) }, { now: atSecond(299) }]).changes).toHaveLength(1);
  });

  it('is not over after one miss, however late that comes', () => {
    expect(play([live, { now: atSecond(9_999) }]).changes).toHaveLength(1);
  });

  it('is silently back within its grace', () => {
    const { changes, memory } = play([
      live,
      { now: atSecond(120) },
      { ...live, now: atSecond(200) },
      { now: atSecond(380) },
    ]);
    expect(changes).toHaveLength(1);
    expect(memory[0]).toMatchObject({ state: 'live', missingSince: atSecond(380), misses: 1 });
  });

  it('stays as it is while the platform is sick, and when it was not asked for', () => {
    expect(look({ known: [known()], frozen: true })).toEqual([]);
    expect(look({ known: [known()], unasked: ['a'] })).toEqual([]);
  });

  it('is called off when it was only scheduled, without a word', () => {
    const scheduled = seen({ state: 'scheduled', startedAt: null, scheduledStart: atSecond(600) });
    const { changes, memory } = play([
      { seen: [scheduled], rule: RULES.youtube },
      { rule: RULES.youtube },
      { rule: RULES.youtube },
    ]);
    expect(changes).toEqual([]);
    expect(memory[0]?.state).toBe('cancelled');
  });
});

describe('a session that goes on under another id', () => {
  it('is one session: online under the first id, offline under it too', () => {
    const first = { seen: [seen()], now: atSecond(60) };
    const second = { seen: [seen({ id: 'b', startedAt: atSecond(150) })], now: atSecond(180) };
    const third = { seen: [seen({ id: 'c', startedAt: atSecond(250) })], now: atSecond(260) };
    const { changes, memory } = play([
      first,
      { now: atSecond(120) },
      second,
      third,
      { now: atSecond(300) },
      { now: atSecond(500) },
    ]);
    expect(changes.map(({ direction, broadcastId }) => [direction, broadcastId])).toEqual([
      ['online', 'a'],
      ['offline', 'a'],
    ]);
    expect(memory.map(({ id, state }) => [id, state])).toEqual([
      ['a', 'continued'],
      ['b', 'continued'],
      ['c', 'ended'],
    ]);
  });

  it('is another session after the grace, and the first one ends first', () => {
    const first = { seen: [seen()], now: atSecond(60) };
    const second = { seen: [seen({ id: 'b', startedAt: atSecond(400) })], now: atSecond(420) };
    const { changes } = play([first, { now: atSecond(120) }, second]);
    expect(changes.map(({ direction, broadcastId }) => [direction, broadcastId])).toEqual([
      ['online', 'a'],
      ['offline', 'a'],
      ['online', 'b'],
    ]);
  });

  it('is another session when nobody had looked for longer than the grace when it was first seen', () => {
    const first = { seen: [seen()], now: atSecond(60) };
    const second = { seen: [seen({ id: 'b', startedAt: atSecond(7_200) })], now: atSecond(10_800) };
    const { changes, memory } = play([first, second]);
    expect(changes.map(({ direction, broadcastId, happenedAt }) => [direction, broadcastId, happenedAt])).toEqual([
      ['online', 'a', START],
      ['offline', 'a', atSecond(7_200)],
      ['online', 'b', atSecond(7_200)],
    ]);
    expect(memory.map(({ id, state }) => [id, state])).toEqual([
      ['a', 'ended'],
      ['b', 'live'],
    ]);
  });

  it('is always another broadcast on YouTube', () => {
    const { changes } = play([
      { seen: [seen()], rule: RULES.youtube },
      {
        seen: [seen({ id: 'b' }), seen({ state: 'ended', endedAt: atSecond(70) })],
        rule: RULES.youtube,
        now: atSecond(80),
      },
    ]);
    expect(changes.map(({ direction, broadcastId }) => `${direction} ${broadcastId}`).sort()).toEqual([
      'offline a',
      'online a',
      'online b',
    ]);
  });
});

describe("the platform's own word that a broadcast is over", () => {
  const ended = seen({ state: 'ended', endedAt: atSecond(100) });

  it('is believed at once on YouTube, with the true end', () => {
    const [change] = changesOf(look({ seen: [ended], known: [known()], rule: RULES.youtube, now: atSecond(120) }));
    expect(change).toMatchObject({ direction: 'offline', happenedAt: atSecond(100), endReason: 'ended' });
  });

  it('begins the grace on TwitCasting, counted from the true end', () => {
    const rule = RULES.twitcasting;
    const { changes } = play([
      { seen: [seen()], rule },
      { seen: [ended], rule, now: atSecond(130) },
      { seen: [ended], rule, now: atSecond(189) },
      { seen: [ended], rule, now: atSecond(190) },
    ]);
    expect(changes[1]).toMatchObject({ direction: 'offline', happenedAt: atSecond(100) });
    expect(changes).toHaveLength(2);
  });

  it('tells of a broadcast that began and ended unseen, both, with their true times', () => {
    const changes = changesOf(look({ seen: [ended], rule: RULES.youtube, now: atSecond(3_600) }));
    expect(changes.map(({ direction, happenedAt, silent }) => ({ direction, happenedAt, silent }))).toEqual([
      { direction: 'online', happenedAt: START, silent: null },
      { direction: 'offline', happenedAt: atSecond(100), silent: null },
    ]);
  });

  it('tells nothing of what ended before anybody followed', () => {
    expect(look({ seen: [ended], trackedSince: atSecond(200), now: atSecond(300) })).toEqual([]);
  });

  it('is told in the order in which the broadcasts were, however they are listed', () => {
    const later = seen({ ...ended, id: 'later', startedAt: atSecond(200), endedAt: atSecond(300) });
    const changes = changesOf(
      look({ seen: [later, ended], known: [known()], rule: RULES.youtube, now: atSecond(400) }),
    );
    expect(changes.map(({ direction, broadcastId }) => `${direction} ${broadcastId}`)).toEqual([
      'offline a',
      'online later',
      'offline later',
    ]);
  });

  it('calls off what never began', () => {
    const never = seen({ state: 'ended', startedAt: null });
    const [verdict] = look({ seen: [never], known: [known({ state: 'scheduled', startedAt: null })] });
    expect(verdict?.next.state).toBe('cancelled');
    expect(verdict?.changes).toEqual([]);
  });
});

describe('a broadcast that began where another one was live', () => {
  const next = seen({ id: 'next', startedAt: atSecond(40) });
  const told = (over: Partial<Evidence>): string[] =>
    changesOf(look({ known: [known()], seen: [next], ...over })).map(
      ({ direction, broadcastId }) => `${direction} ${broadcastId}`,
    );
  const before = known().id;

  it('is told after the end of that one, where an account has one at a time', () => {
    expect(told({ rule: RULES.twitter })).toEqual([`offline ${before}`, 'online next']);
    const announced = known({ id: 'next', state: 'scheduled', startedAt: null });
    expect(told({ rule: RULES.twitter, known: [known(), announced] })).toEqual([`offline ${before}`, 'online next']);
  });

  it('says nothing of that one, where a channel may have several', () => {
    expect(told({ rule: RULES.youtube })).toEqual(['online next']);
  });

  it('says nothing of that one, when it was over already and is only shown again', () => {
    expect(told({ rule: RULES.twitter, known: [known(), known({ id: 'next', state: 'ended' })] })).toEqual([]);
  });
});

describe('whatever the looks see', () => {
  const state = fc.constantFrom('live', 'scheduled', 'ended', 'cancelled') as fc.Arbitrary<SeenBroadcast['state']>;
  const broadcast = fc
    .record({ id: fc.constantFrom('a', 'b', 'c'), state, started: fc.boolean() })
    .map(({ id, state: as, started }) =>
      seen({
        id,
        state: as,
        startedAt: started || as === 'live' ? START : null,
        endedAt: as === 'ended' ? atSecond(50) : null,
      }),
    );
  const looks = fc.array(
    fc.record({
      seen: fc.uniqueArray(broadcast, { selector: (one) => one.id, maxLength: 3 }),
      frozen: fc.boolean(),
      gap: fc.integer({ min: 1, max: 200 }),
    }),
    { maxLength: 25 },
  );
  const platform = fc.constantFrom('youtube', 'twitch', 'twitter', 'twitcasting') as fc.Arbitrary<keyof typeof RULES>;

  it('each broadcast goes online at most once and offline at most once, and only after it went online', () => {
    fc.assert(
      fc.property(looks, platform, (steps, name) => {
        let at = 60;
        const told = play(
          steps.map(({ gap, ...one }) => {
            at += gap;
            return { ...one, now: atSecond(at), rule: RULES[name] };
          }),
        ).changes.map((change) => `${change.direction} ${change.broadcastId}`);
        expect(new Set(told).size).toBe(told.length);
        for (const [i, line] of told.entries()) {
          if (line.startsWith('offline')) expect(told.slice(0, i)).toContain(line.replace('offline', 'online'));
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
