import type { Streamer } from '../simulator/broadcast.ts';
import type { Random } from '../simulator/random.ts';
import type { Wish } from './checker/entry.ts';
import type { Supervised } from './process.ts';
import { FOLLOWED_OF_TEN } from './settings.ts';

/** One guild of each shard. */
const guildOf = (shard: number): string => `12345678901234567${shard}9`;

/** A wish as a shard hears it. */
export interface SaidWish extends Omit<Wish, 'at'> {
  /** It answers with it. */
  readonly number: number;
}

export interface Wishes {
  /** The first wishes: one shard wants most streamers, each other one every other of them. */
  begin(shards: readonly Supervised[], streamers: readonly Streamer[]): void;
  /** Some guild begins, or stops, to want some key. */
  change(): void;
  /** A shard has taken a wish: from then on it is its own. */
  taken(shard: number, number: number): void;
  /** A shard is there again: what it has not taken is said again, as a bot would do it. */
  again(shard: number): void;
  /**
   * What was wished since then is said once more, as a bot does that does not know who heard it: Pub/Sub keeps nothing, so what
   * a listener had just heard is gone with it.
   */
  repeat(since: number): void;
}

/** What the guilds wish. @param onTaken each wish once it was taken, as of when it was first said */
export function createWishes(random: Random, onTaken: (wish: Wish) => void): Wishes {
  let shards: readonly Supervised[] = [];
  let streamers: readonly Streamer[] = [];
  const wanted = new Map<number, Set<Streamer>>();
  const untaken = new Map<number, Map<number, Wish>>();
  /** The last wish about each key, in the order in which they were said. */
  const latest = new Map<string, { readonly index: number; readonly number: number; readonly wish: Wish }>();
  let count = 0;

  function say(index: number, streamer: Streamer, what: 'follow' | 'unfollow'): void {
    const { platform, identifier: key } = streamer;
    if (what === 'follow') of(wanted, index, () => new Set()).add(streamer);
    else wanted.get(index)?.delete(streamer);
    count += 1;
    const wish: Wish = { what, at: Date.now(), platform, key, guild: guildOf(index) };
    of(untaken, index, () => new Map()).set(count, wish);
    latest.delete(`${index} ${platform}/${key}`);
    latest.set(`${index} ${platform}/${key}`, { index, number: count, wish });
    send(index, count, wish);
  }

  function send(index: number, number: number, { what, platform, key, guild }: Wish): void {
    const said: SaidWish = { number, what, platform, key, guild };
    shards[index]?.say(JSON.stringify(said));
  }

  return {
    begin(given, all) {
      [shards, streamers] = [given, all];
      for (const index of shards.keys()) {
        const own = streamers.filter((_, at) => (index === 0 ? at % 10 < FOLLOWED_OF_TEN : at % 2 === 0));
        for (const streamer of own) say(index, streamer, 'follow');
      }
    },
    change() {
      const index = random.integer(0, shards.length - 1);
      const streamer = streamers[random.integer(0, streamers.length - 1)];
      if (streamer) say(index, streamer, wanted.get(index)?.has(streamer) ? 'unfollow' : 'follow');
    },
    taken(index, number) {
      const wish = untaken.get(index)?.get(number);
      if (!wish) return; // it was said twice, and taken twice
      untaken.get(index)?.delete(number);
      onTaken(wish);
    },
    again(index) {
      for (const [number, wish] of untaken.get(index) ?? []) send(index, number, wish);
    },
    repeat(since) {
      for (const { index, number, wish } of latest.values()) if (wish.at >= since) send(index, number, wish);
    },
  };
}

function of<T>(map: Map<number, T>, key: number, make: () => T): T {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}
