import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readHistory } from '../../chaos/checker/history.ts';
import { measure } from '../../chaos/checker/measure.ts';
import { asked, broadcast, fault, follow, found, foundBy, heard, quiet, RULES, s, told, unfollow } from './history.ts';

const ONE = broadcast('a', 100, 160);
const ON = told('online', 'a', 102);
const OFF = told('offline', 'a', 162);
/** The key is asked for while all is quiet, as it should be. */
const END = [quiet, asked(505), asked(515)];

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

  it('may tell both ids where they changed while everything was broken', () => {
    const parts = [broadcast('a', 100, 160), broadcast('b', 162, 200, { continues: 'a' })];
    const tellings = [ON, OFF, told('online', 'b', 164), told('offline', 'b', 202)];
    expect(found(...parts, fault(150, 163), ...tellings, ...END)).toEqual([]);
    expect(found(...parts, ...tellings, ...END)).toContain('duplicate');
  });

  it('may tell two broadcasts as one only where nobody could see that the first one was over', () => {
    const two = [broadcast('a', 100, 160), broadcast('b', 190, 260)];
    const asOne = [ON, told('offline', 'a', 262)];
    expect(found(...two, ...asOne, fault(155, 188), asked(191), ...END)).toEqual([]);
    // Its absence was shown; the second was found when it was too old to be a return; nothing was broken.
    expect(found(...two, ...asOne, fault(155, 158), asked(170), asked(191), ...END)).toContain('missing');
    expect(found(...two, ...asOne, fault(155, 188), asked(215), asked(225), ...END)).toContain('missing');
    expect(found(...two, ...asOne, asked(191), ...END)).toContain('missing');
  });

  it('may take a pause for the end only where its return was never shown', () => {
    const paused = broadcast('a', 100, 160, { pauses: [{ from: s(130), to: s(132) }] });
    const early = told('offline', 'a', 163, { streams: [{ id: 'a', key: '1', happenedAt: s(131) }] });
    expect(found(paused, ON, early, fault(134, 158), ...END)).toEqual([]);
    expect(found(paused, ON, early, fault(144, 158), asked(136), ...END)).toEqual(['time']);
    expect(found(paused, ON, early, ...END)).toEqual(['time']);
  });

  it('may take away by comparing what is live but followed by nobody any more, and nothing else', () => {
    const [lasting, gone] = [broadcast('a', 100, null), told('offline', 'a', 200, { source: 'snapshot' })];
    expect(found(lasting, ON, gone, unfollow(180), quiet)).toEqual([]);
    expect(found(lasting, ON, gone, ...END)).toEqual(['phantom']);
    expect(found(lasting, ON, OFF, unfollow(180), quiet)).toContain('phantom');
  });

  it('may find an end as late as the fault that hid it', () => {
    const late = told('offline', 'a', 202);
    expect(found(ONE, ON, late, fault(150, 198), ...END)).toEqual([]);
    expect(found(ONE, ON, late, ...END)).toEqual(['time']);
  });
});

describe('a bad history', () => {
  it('misses a beginning', () => {
    expect(found(ONE, ...END)).toEqual(['missing']);
  });

  it('misses a beginning that a platform has shown, though faults leave no clear time', () => {
    const other = [broadcast('z', 3, null), told('online', 'z', 5)];
    const faults = [fault(80, 110), fault(130, 170)];
    expect(found(ONE, ...other, ...faults, ...END)).toEqual([]);
    expect(found(ONE, ...other, ...faults, asked(120, ['name1']), ...END)).toEqual(['missing']);
    // What was answered falsely, or at the very moment of the next fault, proves nothing.
    expect(found(ONE, ...other, ...faults, asked(120, ['1'], 'twitch', false), asked(128), ...END)).toEqual([]);
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
    expect(found(broadcast('a', 100, 105), told('offline', 'a', 107), ...END)).toEqual(['order']);
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
    expect(found(unfollow(1), follow(200), unfollow(250), before, ON, OFF, ...END.slice(0, 1))).toContain('phantom');
    expect(found(unfollow(250), after, told('online', 'b', 302), ...END.slice(0, 1))).toContain('phantom');
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
    expect(found(quiet, asked(499), asked(510, ['2x']))).toEqual(['follow-lost']);
  });

  it('asks for a key that the last guild has left, by any of its names', () => {
    const two = [follow(1, '8'), unfollow(50, '7')];
    expect(found(...two, ...END)).toEqual([]);
    expect(found(...two, unfollow(60, '8'), quiet, asked(505, ['name1']))).toEqual(['polled-unfollowed']);
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
