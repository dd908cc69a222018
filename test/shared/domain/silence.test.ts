import { expect, it } from 'vitest';
import { type AgeingChange, silences } from '../../../src/shared/domain/silence.ts';

const now = new Date('2026-09-26T12:00:00Z');
const facts = { now, announceMaxAgeMs: 6 * 3_600_000, silentOnlines: new Set<string>() };
const hoursAgo = (hours: number): Date => new Date(now.getTime() - hours * 3_600_000);

function change(id: bigint, broadcastId: string, direction: AgeingChange['direction'], hours: number): AgeingChange {
  return { id, broadcastId, direction, happenedAt: hoursAgo(hours) };
}

it('announces what is news, up to the very end of the age', () => {
  expect(silences([change(1n, 'a', 'online', 0), change(2n, 'b', 'online', 6)], facts)).toEqual(new Map());
});

it('silences a start that is no news any more together with its end', () => {
  const changes = [change(1n, 'a', 'online', 7), change(2n, 'a', 'offline', 1), change(3n, 'b', 'online', 1)];
  expect(silences(changes, facts)).toEqual(
    new Map([
      [1n, 'too-old'],
      [2n, 'too-old'],
    ]),
  );
});

it('silences an end whose start was recorded silently', () => {
  const changes = [change(2n, 'a', 'offline', 1), change(3n, 'b', 'offline', 1)];
  expect(silences(changes, { ...facts, silentOnlines: new Set(['a']) })).toEqual(new Map([[2n, 'silent-online']]));
});

it('tells an end however late it is, when its start was announced', () => {
  expect(silences([change(2n, 'a', 'offline', 100)], facts)).toEqual(new Map());
});
