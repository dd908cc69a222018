import { expect, it } from 'vitest';
import { z } from 'zod';
import { eventIds } from '../../../src/shared/runtime/event-id.ts';

const at = new Date('2026-09-26T10:00:00.123Z');

it('makes UUIDs that sort as they were made, more than a millisecond can count too', () => {
  const ids = eventIds(at, 10_000);
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(10_000);
  for (const id of ids.slice(0, 50)) expect(z.uuidv7().safeParse(id).success).toBe(true);
});

it('makes others each time, and later ones that sort after earlier ones', () => {
  const [first] = eventIds(at, 1);
  expect(eventIds(at, 1)).not.toEqual([first]);
  const [later] = eventIds(new Date(at.getTime() + 1), 1);
  expect([later, first].sort()).toEqual([first, later]);
});
