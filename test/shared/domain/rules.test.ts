import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterGone } from '../../../src/shared/domain/gone.ts';
import { dueAt, laneOf } from '../../../src/shared/domain/lane.ts';
import { restAfter } from '../../../src/shared/domain/rest.ts';
import { diffSchedules } from '../../../src/shared/domain/schedule-diff.ts';
import { looksSick } from '../../../src/shared/domain/sick.ts';
import { jsonbText, plainText } from '../../../src/shared/store/postgres-text.ts';

const NOW = new Date('2026-09-26T10:00:12.345Z');

describe('the lane of a change', () => {
  it('is what the most impatient follow asks for, else what is configured', () => {
    expect(laneOf('normal', { anyUrgent: true, allNormal: false })).toBe('urgent');
    expect(laneOf('urgent', { anyUrgent: false, allNormal: true })).toBe('normal');
    expect(laneOf('urgent', { anyUrgent: false, allNormal: false })).toBe('urgent');
    expect(laneOf('normal', undefined)).toBe('normal');
  });

  it('lets an urgent change leave at once and a normal one with its window', () => {
    expect(dueAt('urgent', NOW, 30_000)).toEqual(NOW);
    expect(dueAt('normal', NOW, 30_000)).toEqual(new Date('2026-09-26T10:00:30Z'));
    expect(dueAt('normal', new Date('2026-09-26T10:00:30Z'), 30_000)).toEqual(new Date('2026-09-26T10:01:00Z'));
  });
});

describe('a channel that does not exist', () => {
  it('is quarantined after three confirmations, from the third on', () => {
    let facts = afterGone({ goneCount: 0, quarantinedAt: null }, NOW);
    facts = afterGone(facts, NOW);
    expect(facts).toEqual({ goneCount: 2, quarantinedAt: null });
    facts = afterGone(facts, NOW);
    expect(facts).toEqual({ goneCount: 3, quarantinedAt: NOW });
    expect(afterGone(facts, new Date()).quarantinedAt).toEqual(NOW);
  });
});

describe('a platform that fails', () => {
  it('rests longer with each failure, but never after the first and never so long that its return goes unnoticed', () => {
    const rests = [0, 1, 2, 3, 4, 50].map(restAfter);
    expect(rests).toEqual([0, 0, 2_000, 4_000, 8_000, 20_000]);
  });

  it('looks sick only when several broadcasts vanish and hardly any is left', () => {
    expect(looksSick(4, 0)).toBe(false);
    expect(looksSick(5, 0)).toBe(true);
    expect(looksSick(5, 2)).toBe(false);
    expect(looksSick(80, 20)).toBe(true);
  });
});

describe('comparing schedulers with the table', () => {
  const options = { intervalMs: 60_000, now: 1_000_000 };
  const actual = (id: string, over = {}) => ({ id, every: 60_000, next: 1_030_000, hasJob: true, ...over });
  const wanted = (id: string) => ({ id, pace: 'normal' as const });

  it('names what is missing, wrong, not due and superfluous', () => {
    const schedulers = [
      actual('slow', { every: 120_000 }),
      actual('stuck', { next: 900_000, hasJob: false }),
      actual('just-fired', { next: 999_000, hasJob: false }),
      actual('hidden'),
      actual('stranger'),
    ];
    const due = ['slow', 'stuck', 'just-fired', 'ghost'];
    const want = ['slow', 'stuck', 'just-fired', 'hidden', 'new'].map(wanted);
    expect(diffSchedules(want, { schedulers, due }, options)).toEqual({
      missing: ['new'],
      wrong: ['slow', 'stuck'],
      notDue: ['hidden'],
      extra: ['stranger', 'ghost'],
    });
  });

  it('leads to exactly what is wanted', () => {
    const ids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'));
    fc.assert(
      fc.property(ids, ids, ids, (want, have, due) => {
        const diff = diffSchedules(want.map(wanted), { schedulers: have.map((id) => actual(id)), due }, options);
        const repaired = new Set([...have, ...diff.missing].filter((id) => !diff.extra.includes(id)));
        expect([...repaired].sort()).toEqual([...want].sort());
      }),
    );
  });
});

describe('text for Postgres', () => {
  it('is what JSON can hold and Postgres can too', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const back = JSON.parse(jsonbText({ [text]: [text] })) as Record<string, string[]>;
        expect(back).toEqual({ [plainText(text)]: [plainText(text)] });
        expect(plainText(text)).not.toContain('\u0000');
        expect(plainText(text)).not.toMatch(/\p{Surrogate}/u);
      }),
    );
  });

  it('leaves a backslash alone that only looks like an escape', () => {
    expect(JSON.parse(jsonbText('\\u0000 \\ud800'))).toBe('\\u0000 \\ud800');
  });
});
