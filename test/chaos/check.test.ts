import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../chaos/checker/entry.ts';
import { readHistory } from '../../chaos/checker/history.ts';
import { measure } from '../../chaos/checker/measure.ts';
import {
  asked,
  broadcast,
  fault,
  follow,
  found,
  foundBy,
  heard,
  quiet,
  RULES,
  s,
  told,
  unfollow,
  watched,
} from './history.ts';

const ONE = broadcast('a', 100, 160);
const ON = told('online', 'a', 102);
const OFF = told('offline', 'a', 162);
const END = [quiet];

describe('a good history', () => {
  it('has no differences', () => {
    expect(found(ONE, ON, OFF, heard(ON), heard(OFF), ...END)).toEqual([]);
  });

  it('may repeat on the wire what a callback is told once', () => {
    const entries = [ONE, ON, OFF, heard(ON), heard(ON), heard(OFF), ...END];
    expect(found(...entries)).toEqual([]);
  });

  it('tells of a broadcast that changed its id once, under the first', () => {
    const parts = [broadcast('a', 100, 160), broadcast('b', 162, 200, { continues: 'a' })];
    expect(found(...parts, ON, told('offline', 'a', 202), ...END)).toEqual([]);
  });

  it('need not tell what nobody could see: it began and ended while everything was broken', () => {
    expect(found(ONE, fault(90, 165), ...END)).toEqual([]);
  });

  it('need not tell what only a key that nobody follows did', () => {
    expect(found(broadcast('x', 100, 160, { key: '2' }), ...END)).toEqual([]);
  });

  it('may tell again what a comparison took away while nobody followed, once it is followed again', () => {
    const taken = told('offline', 'a', 115, { source: 'snapshot' });
    const again = told('online', 'a', 125, { eventId: 'again', source: 'snapshot', streams: ON.streams });
    expect(found(ONE, ON, unfollow(110), taken, follow(120), again, OFF, ...END)).toEqual([]);
    // Nobody followed it again; and it was no comparison that took it away.
    expect(found(ONE, ON, taken, again, OFF, ...END)).toContain('duplicate');
    expect(found(ONE, ON, unfollow(110), told('offline', 'a', 115), follow(120), again, OFF, ...END)).toContain(
      'order',
    );
  });

  it('may tell both ids where they changed while everything was broken', () => {
    const parts = [broadcast('a', 100, 160), broadcast('b', 162, 200, { continues: 'a' })];
    const tellings = [ON, OFF, told('online', 'b', 164), told('offline', 'b', 202)];
    expect(found(...parts, fault(150, 170), ...tellings, ...END)).toEqual([]);
    // Then each of them ends, and once, also while the second one lasts.
    expect(found(...parts, fault(150, 170), ...tellings.filter((one) => one !== OFF), ...END)).toEqual(['missing']);
    const lasting = [broadcast('a', 100, 160), broadcast('b', 162, null, { continues: 'a' })];
    const begun = [fault(150, 170), ON, OFF, told('online', 'b', 164)];
    expect(found(...lasting, ...begun, ...END)).toEqual([]);
    expect(found(...lasting, ...begun, { ...OFF, at: s(165) }, ...END)).toContain('duplicate');
    // In time for the return to be known; and with nothing broken.
    expect(found(...parts, fault(150, 161), ...tellings, ...END)).toContain('duplicate');
    expect(found(...parts, ...tellings, ...END)).toContain('duplicate');
  });

  it('may tell both ids where the platform had said that nobody is live', () => {
    const parts = [broadcast('a', 100, 160), broadcast('b', 162, 200, { continues: 'a' })];
    const tellings = [ON, OFF, told('online', 'b', 164), told('offline', 'b', 202)];
    const looks = [...watched(0, 153), asked(155, { answer: 'false' }), ...watched(159, 520)];
    expect(found(...parts, ...looks, fault(154, 156), ...tellings, ...END)).toEqual([]);
  });

  it('may tell two broadcasts as one only where nobody could see that the first one was over', () => {
    const two = [broadcast('a', 100, 160), broadcast('b', 190, 260)];
    const asOne = [ON, told('offline', 'a', 262)];
    expect(found(...two, ...asOne, ...watched(0, 156), ...watched(191, 520), ...END)).toEqual([]);
    // Its absence was shown; the second was found when it was too old to be a return; nothing was hidden.
    const shown = [...watched(0, 156), ...watched(170, 176), ...watched(191, 520)];
    expect(found(...two, ...asOne, ...shown, ...END)).toContain('missing');
    expect(found(...two, ...asOne, ...watched(0, 156), ...watched(215, 520), ...END)).toContain('missing');
    expect(found(...two, ...asOne, ...END)).toContain('missing');
  });

  it('may tell as one what lies on both sides of a broadcast that nobody was shown', () => {
    const three = [broadcast('a', 100, 160), broadcast('b', 190, 220), broadcast('c', 222, 260, { continues: 'b' })];
    const asOne = [ON, told('offline', 'a', 262)];
    const around = [...watched(0, 156), fault(157, 158), ...watched(224, 520)];
    expect(found(...three, ...asOne, ...around, ...END)).toEqual([]);
    expect(found(...three, ...asOne, ...watched(204, 213), ...around, ...END)).toContain('missing');
    expect(found(...three, ...asOne, ...watched(162, 168), ...around, ...END)).toContain('missing');
  });

  it('may take a pause for the end only where it was shown and its return was not', () => {
    const paused = broadcast('a', 100, 160, { pauses: [{ from: s(130), to: s(132) }] });
    const early = told('offline', 'a', 163, { streams: [{ id: 'a', key: '1', happenedAt: s(131) }] });
    const end = [...watched(161, 520), ...END];
    expect(found(paused, ON, early, ...watched(0, 129), asked(131), ...end)).toEqual([]);
    expect(found(paused, ON, early, ...watched(0, 129), ...end)).toEqual(['time']);
    expect(found(paused, ON, early, ...watched(0, 129), asked(131), ...watched(136, 142), ...end)).toEqual(['time']);
    expect(found(paused, ON, early, ...END)).toEqual(['time']);
  });

  it('may take away by comparing what is live but followed by nobody any more, and nothing else', () => {
    const [lasting, gone] = [broadcast('a', 100, null), told('offline', 'a', 200, { source: 'snapshot' })];
    expect(found(lasting, ON, gone, ...watched(0, 180), unfollow(180), quiet)).toEqual([]);
    expect(found(lasting, ON, gone, ...END)).toEqual(['phantom']);
    expect(found(lasting, ON, gone, ...watched(0, 180), follow(0, '8'), unfollow(180), quiet)).toContain('phantom');
    expect(found(lasting, ON, OFF, ...watched(0, 180), unfollow(180), quiet)).toContain('phantom');
  });

  it('may take away what lasts while nobody follows it, and has to tell it again once somebody does', () => {
    const [lasting, gone] = [broadcast('a', 100, null), told('offline', 'a', 200, { source: 'snapshot' })];
    const again = told('online', 'a', 240, { eventId: 'again', source: 'snapshot', streams: ON.streams });
    const left = [ON, unfollow(180), gone, follow(210)];
    expect(found(lasting, ...left, again, ...END)).toEqual([]);
    expect(found(lasting, ...left, ...END)).toEqual(['missing']);
    // The last guild left while the beginning was on its way; the word of the next one took its time.
    expect(found(lasting, unfollow(101), ON, { ...gone, at: s(115) }, ...watched(0, 102), quiet)).toEqual([]);
    const heardLate = [unfollow(98), follow(101), ON, { ...gone, at: s(105) }];
    expect(found(lasting, ...heardLate, again, ...END)).toEqual([]);
    expect(found(lasting, ...heardLate, ...END)).toEqual(['missing']);
    expect(found(lasting, unfollow(90), follow(95), ON, { ...gone, at: s(105) }, ...END)).toContain('phantom');
    // Not where the next one, which may be its return, was told by itself.
    const parts = [broadcast('a', 100, 190), broadcast('b', 215, null)];
    const blind = [...watched(0, 180), ...watched(216, 520)];
    expect(found(...parts, ...blind, ...left, told('online', 'b', 217), quiet)).toEqual([]);
    // An end that was told as one is none of a comparison.
    expect(found(lasting, ON, unfollow(180), { ...gone, source: 'event' }, follow(210), ...END)).toContain('phantom');
  });

  it('may find an end as late as the first look that could show it', () => {
    const late = told('offline', 'a', 202);
    expect(found(ONE, ON, late, fault(150, 198), ...END)).toEqual([]);
    expect(found(ONE, ON, late, ...watched(0, 147), ...watched(200, 520), ...END)).toEqual([]);
    expect(found(ONE, ON, late, ...END)).toEqual(['time']);
    // Two looks do not say which of them was the first to miss it: the other one may be slow.
    const two = [...watched(0, 147), ...watched(165, 168), fault(170, 198), ...watched(200, 520)];
    expect(found(ONE, ON, late, ...two, ...END)).toEqual([]);
    // Somebody looked in between, and told a later time all the same.
    expect(found(ONE, ON, late, ...watched(0, 147), ...watched(165, 171), ...watched(200, 520), ...END)).toEqual([
      'time',
    ]);
  });

  it('may doubt for a while a platform that has said that nobody is live', () => {
    const late = told('offline', 'a', 172);
    const looks = [...watched(0, 153), asked(157, { answer: 'false' }), ...watched(159, 520)];
    expect(found(ONE, ON, late, ...looks, fault(155, 158), ...END)).toEqual([]);
    expect(found(ONE, ON, told('offline', 'a', 192), ...looks, fault(155, 158), ...END)).toEqual(['time']);
  });
});

describe('a bad history', () => {
  it('misses a beginning', () => {
    expect(found(ONE, ...END)).toEqual(['missing']);
  });

  it('misses a beginning that a platform has shown, though faults leave no clear time', () => {
    const faults = [fault(80, 110), fault(130, 170)];
    const rest = [...watched(0, 78), ...watched(171, 520), ...END];
    expect(found(ONE, ...faults, ...rest)).toEqual([]);
    expect(found(ONE, ...faults, ...watched(112, 127, { ids: ['name1'] }), ...rest)).toEqual(['missing']);
    expect(found(ONE, ...faults, ...watched(112, 127, { ids: ['a'] }), ...rest)).toEqual(['missing']);
    // What was answered falsely, or was not asked again before the next fault, or belongs to one look, proves nothing.
    expect(found(ONE, ...faults, ...watched(112, 127, { answer: 'false' }), ...rest)).toEqual([]);
    expect(found(ONE, ...faults, asked(128), ...rest)).toEqual([]);
    expect(found(ONE, ...faults, asked(127), asked(128), ...rest)).toEqual([]);
    // Of two that ask beside each other one may not have written it down yet.
    expect(found(ONE, ...faults, ...watched(112, 115), ...rest)).toEqual([]);
    expect(found(ONE, ...faults, ...watched(112, 118), ...rest)).toEqual(['missing']);
    expect(found(broadcast('a', 100, 114.5), ...faults, ...watched(112, 118), ...rest)).toEqual([]);
    expect(found(ONE, ...faults, asked(124), asked(127, { endpoint: 'users' }), ...rest)).toEqual([]);
  });

  it('misses a beginning to which a list has led three times', () => {
    const streamer: Entry = { what: 'streamer', platform: 'youtube', key: 'UC1', names: ['UU1'] };
    const list = [streamer, follow(0, '7', 'UC1', 'youtube')];
    const video = broadcast('v', 100, 160, { platform: 'youtube', key: 'UC1' });
    const looks = (ids: string[]): Entry[] => watched(0, 520, { platform: 'youtube', ids });
    expect(found(...list, video, ...watched(0, 520), ...looks(['UC1']), ...END)).toEqual(['missing']);
    const brief = { ...video, endedAt: s(107) };
    expect(found(...list, brief, ...watched(0, 520), ...looks(['UU1']), ...END)).toEqual([]);
  });

  it('misses an end', () => {
    expect(found(ONE, ON, ...END)).toEqual(['missing']);
  });

  it('misses at one shard what another was told', () => {
    expect(foundBy(['0', '1'], [ONE, ON, OFF, { ...ON, shard: '1' }, ...END])).toEqual(['missing']);
    expect(foundBy(['0', '1'], [ONE, ON, OFF, ...END])).toEqual(['missing']);
  });

  it('tells a beginning twice, even under the same EventId', () => {
    expect(found(ONE, ON, { ...ON, at: s(110) }, OFF, ...END)).toEqual(['duplicate']);
  });

  it('tells an end twice', () => {
    expect(found(ONE, ON, OFF, { ...OFF, at: s(170) }, ...END)).toEqual(['duplicate']);
  });

  it('tells an end without a beginning', () => {
    expect(found(broadcast('a', 100, 102), told('offline', 'a', 104), ...END)).toEqual(['order']);
  });

  it('tells an end before its beginning', () => {
    expect(found(ONE, OFF, { ...ON, at: s(163) }, ...END)).toEqual(['order']);
  });

  it('tells two broadcasts of a key in the wrong order', () => {
    const next = broadcast('b', 300, 360);
    const [on, off] = [told('online', 'b', 302), told('offline', 'b', 362)];
    expect(found(ONE, next, on, off, ON, OFF, ...END)).toEqual(['order']);
  });

  it('tells a broadcast that never was', () => {
    expect(found(told('online', 'ghost', 50), ...END)).toEqual(['phantom']);
  });

  it('tells an end of what is still live', () => {
    expect(found(broadcast('a', 100, null), ON, OFF, ...END)).toEqual(['phantom']);
  });

  it('tells what was over before anybody followed, and what began after everybody left', () => {
    const [before, after] = [broadcast('a', 100, 160), broadcast('b', 300, 360)];
    expect(found(unfollow(1), follow(200), unfollow(250), before, ON, OFF, ...END)).toContain('phantom');
    expect(found(unfollow(250), after, told('online', 'b', 302), ...END)).toContain('phantom');
  });

  it('tells what no platform has shown to it', () => {
    expect(found(ONE, ON, OFF, ...watched(0, 96), ...END)).toContain('phantom');
    expect(found(ONE, ON, OFF, ...watched(0, 160, { answer: 'none' }), ...END)).toContain('phantom');
  });

  it('tells a broadcast of one key as one of another', () => {
    const wrong = told('online', 'a', 102, { streams: [{ id: 'a', key: '2', happenedAt: s(100) }] });
    expect(found(ONE, wrong, OFF, ...END)).toEqual(['phantom']);
  });

  it('tells a wrong start, and none', () => {
    for (const happenedAt of [s(110), null]) {
      const wrong = told('online', 'a', 112, { streams: [{ id: 'a', key: '1', happenedAt }] });
      expect(found(ONE, wrong, OFF, ...END)).toEqual(['time']);
    }
  });

  it('says the same on the wire under two EventIds', () => {
    expect(found(ONE, ON, OFF, heard(ON), heard({ ...ON, eventId: 'another' }), ...END)).toEqual(['other-event-id']);
  });

  it('publishes what never was, and what nobody can read', () => {
    expect(found(heard(told('online', 'ghost', 50)), ...END)).toEqual(['phantom']);
    expect(found({ what: 'unreadable', at: s(3), text: '{' }, ...END)).toEqual(['unreadable']);
  });

  it('does not ask for a key that is followed', () => {
    expect(found(...watched(0, 499), asked(510, { ids: ['2x'] }), quiet)).toEqual(['follow-lost']);
  });

  it('does not ask for it though the platform did not ask to be left alone for so long', () => {
    const refused = (restMs: number | null): Entry => asked(440, { answer: 'refused', restMs });
    expect(found(...watched(0, 437), refused(300_000), quiet)).toEqual([]);
    expect(found(...watched(0, 437), refused(null), quiet)).toEqual([]);
    expect(found(...watched(0, 437), refused(2_000), quiet)).toEqual(['follow-lost']);
  });

  it('looks away from a followed key for longer than faults, rests and recovery explain', () => {
    const others = [follow(0, '7', '2'), ...watched(0, 520, { ids: ['2'], platform: 'twitch' })];
    const away = [...others, ...watched(0, 200), ...watched(300, 520), ...END];
    expect(found(...away)).toEqual(['unwatched']);
    expect(found(...away, fault(205, 230))).toEqual([]);
    expect(found(...away, fault(205, 230, ['youtube']))).toEqual(['unwatched']);
    expect(found(...away, unfollow(205), follow(290))).toEqual([]);
    // To ask is not enough.
    expect(found(...away, ...watched(203, 297, { answer: 'none' }))).toEqual(['unwatched']);
  });

  it('looks away while nobody else was looked at either, as on a machine that is slow', () => {
    const slow = [...watched(0, 200, { ids: ['1', '2'] }), ...watched(300, 520, { ids: ['1', '2'] })];
    expect(found(follow(0, '7', '2'), ...slow, ...END)).toEqual([]);
  });

  it('looks away though the platform has asked for less, or has answered somebody else', () => {
    const elsewhere: Entry = { what: 'streamer', platform: 'youtube', key: 'UC1', names: [] };
    const others = [
      elsewhere,
      follow(0, '7', 'UC1', 'youtube'),
      ...watched(0, 520, { ids: ['UC1'], platform: 'youtube' }),
    ];
    const away = [...others, ...watched(0, 200), ...watched(300, 520), ...END];
    const refused = (restMs: number | null): Entry => asked(203, { answer: 'refused', restMs });
    expect(found(...away, refused(null))).toEqual([]);
    expect(found(...away, refused(200_000))).toEqual([]);
    expect(found(...away, refused(1_000))).toEqual(['unwatched']);
    expect(found(...away, refused(200_000), asked(205, { ids: ['3'] }))).toEqual(['unwatched']);
  });

  it('asks for a key that the last guild has left, by any of its names', () => {
    const two = [follow(1, '8'), unfollow(50, '7')];
    expect(found(...two, ...END)).toEqual([]);
    const late = asked(505, { ids: ['name1'] });
    expect(found(...two, unfollow(60, '8'), ...watched(0, 60), late, quiet)).toEqual(['polled-unfollowed']);
  });
});

describe('a history that cannot be read', () => {
  it('is refused with the line', () => {
    expect(() => readHistory(`${JSON.stringify(RULES)}\n{"what":"told"}`)).toThrow('line 2');
    expect(() => readHistory('')).toThrow('"rules"');
  });
});

it('measures repeats, the longest silence, and how long each fault was felt', () => {
  const entries = [RULES, ONE, ON, OFF, heard(ON), heard(ON), heard(OFF), fault(95, 101), fault(95, 96, ['youtube'])];
  const measured = measure(readHistory(entries.map((entry) => JSON.stringify(entry)).join('\n')));
  expect(measured).toMatchObject({ broadcasts: 1, tellings: 2, messages: 3, repeats: 1, longestSilenceMs: 0 });
  expect(measured.faults).toEqual([
    { name: 'a fault', times: 2, brokenMs: 7_000, firstToldMs: null, caughtUpMs: 1_000 },
  ]);
});

it('knows nothing of the program that it judges', () => {
  const directory = path.resolve(import.meta.dirname, '..', '..', 'chaos', 'checker');
  const imports = readdirSync(directory).flatMap((file) =>
    [...readFileSync(path.join(directory, file), 'utf8').matchAll(/from '([^']+)'/g)].map((match) => match[1] ?? ''),
  );
  expect(imports.length).toBeGreaterThan(0);
  expect(imports.filter((from) => from !== 'zod' && !/^\.\/[a-z-]+\.ts$/.test(from))).toEqual([]);
});
