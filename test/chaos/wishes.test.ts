import { expect, it } from 'vitest';
import type { Wish } from '../../chaos/checker/entry.ts';
import type { Supervised } from '../../chaos/process.ts';
import { createWishes, type SaidWish } from '../../chaos/wishes.ts';
import type { Streamer } from '../../simulator/broadcast.ts';
import { createRandom } from '../../simulator/random.ts';

const STREAMERS = Array.from({ length: 10 }, (_, at) => ({ platform: 'twitch', identifier: `${at}` }) as Streamer);

function setUp() {
  const said: SaidWish[] = [];
  const taken: Wish[] = [];
  const shard = { say: (line: string) => void said.push(JSON.parse(line) as SaidWish) } as unknown as Supervised;
  const wishes = createWishes(createRandom('7'), (wish) => void taken.push(wish));
  wishes.begin([shard], STREAMERS);
  return { said, taken, wishes };
}

it('counts a wish once it was taken, and once', () => {
  const { said, taken, wishes } = setUp();
  expect(said.map(({ key }) => key)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8']);
  expect(taken).toEqual([]);
  wishes.taken(0, said[2]?.number ?? 0);
  wishes.taken(0, said[2]?.number ?? 0);
  expect(taken.map(({ what, key }) => `${what} ${key}`)).toEqual(['follow 2']);
});

it('says again, in its order, what a shard that was killed had not taken', () => {
  const { said, wishes } = setUp();
  const [first] = said;
  wishes.taken(0, first?.number ?? 0);
  const untaken = said.slice(1);
  wishes.again(0);
  expect(said.slice(1 + untaken.length)).toEqual(untaken);
});

it('says the last wish about each key once more, of those since some moment', () => {
  const { said, wishes } = setUp();
  const before = said.length;
  wishes.change();
  wishes.repeat(0);
  const repeated = said.slice(before + 1);
  const changed = said[before];
  expect(repeated.at(-1)).toEqual(changed);
  expect(new Set(repeated.map(({ key }) => key)).size).toBe(repeated.length);
  expect(repeated).toHaveLength(changed?.key === '9' ? 10 : 9);
  wishes.repeat(Date.now() + 1);
  expect(said).toHaveLength(before + 1 + repeated.length);
});
