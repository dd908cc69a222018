import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSift } from '../../src/producers/sift.ts';

interface Item {
  readonly id: number;
  readonly bad: boolean;
}

/** Applies all or nothing, as a transaction does. */
function createTable() {
  const applied = new Set<number>();
  let away = false;
  let calls = 0;
  return {
    applied,
    calls: () => calls,
    setAway(now: boolean): void {
      away = now;
    },
    async apply(items: readonly Item[]): Promise<void> {
      calls++;
      if (away) throw new Error('connection refused');
      if (items.some((item) => item.bad)) throw new Error('bad item');
      for (const item of items) applied.add(item.id);
    },
  };
}

async function siftAll(sift: ReturnType<typeof createSift<Item>>, items: readonly Item[], rounds = 20) {
  let left = [...items];
  const poison: Item[] = [];
  for (let failures = 0; left.length > 0 && failures < rounds; failures++) {
    const sifted = await sift(left, failures);
    left = sifted.left;
    poison.push(...sifted.poison.map(({ item }) => item));
  }
  return { left, poison };
}

test('what is good passes and what is bad is set aside, wherever it stands', async () => {
  const items = fc
    .array(fc.boolean(), { minLength: 2, maxLength: 80 })
    .filter((bad) => bad.includes(false))
    .map((bads) => bads.map((bad, id): Item => ({ id, bad })));
  await fc.assert(
    fc.asyncProperty(items, async (given) => {
      const table = createTable();
      const { left, poison } = await siftAll(createSift<Item>(table.apply), given);
      expect(left).toEqual([]);
      expect([...table.applied].toSorted((a, b) => a - b)).toEqual(given.filter(({ bad }) => !bad).map(({ id }) => id));
      expect(poison.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(
        given.filter(({ bad }) => bad).map(({ id }) => id),
      );
    }),
  );
});

test('while the server is away nothing is held against anybody, and it is hardly asked', async () => {
  const table = createTable();
  table.setAway(true);
  const sift = createSift<Item>(table.apply);
  const items = Array.from({ length: 500 }, (_, id) => ({ id, bad: false }));
  expect(await sift(items, 0)).toMatchObject({ left: items, poison: [] });
  expect(table.calls()).toBe(1);
  for (let failures = 1; failures < 4; failures++)
    expect(await sift(items, failures)).toMatchObject({ left: items, poison: [] });
  table.setAway(false);
  expect(await sift(items, 4)).toMatchObject({ left: [], poison: [] });
  expect(table.applied.size).toBe(500);
});

test('a single bad item is not condemned before another has passed beside it', async () => {
  const table = createTable();
  const sift = createSift<Item>(table.apply);
  const [bad, good] = [
    { id: 1, bad: true },
    { id: 2, bad: false },
  ];
  for (let failures = 0; failures < 6; failures++)
    expect(await sift([bad], failures)).toMatchObject({ left: [bad], poison: [] });
  expect((await siftAll(sift, [bad, good])).poison).toEqual([bad]);
  expect(table.applied).toEqual(new Set([2]));
});

test('an item that fails now and then is left to be tried again', async () => {
  let calls = 0;
  const sift = createSift<Item>(async (items) => {
    if (items.some(({ id }) => id === 1) && calls++ < 3) throw new Error('deadlock');
  });
  const given = [
    { id: 1, bad: false },
    { id: 2, bad: false },
  ];
  expect(await siftAll(sift, given)).toEqual({ left: [], poison: [] });
});
