import type { Streamer } from '../simulator/broadcast.ts';
import type { Random } from '../simulator/random.ts';
import type { Supervised } from './process.ts';
import { FOLLOWED_OF_TEN } from './settings.ts';

/** One guild of each shard. */
const guildOf = (shard: number): string => `12345678901234567${shard}9`;

export interface Wishes {
  /** Some guild begins, or stops, to want some key. */
  change(): void;
}

/** The shards begin to follow: one of them most streamers, each other one every other of them. */
export function startWishes(shards: readonly Supervised[], streamers: readonly Streamer[], random: Random): Wishes {
  const wanted = shards.map(() => new Set<Streamer>());

  function say(index: number, streamer: Streamer, what: 'follow' | 'unfollow'): void {
    const { platform, identifier: key } = streamer;
    if (what === 'follow') wanted[index]?.add(streamer);
    else wanted[index]?.delete(streamer);
    shards[index]?.say(JSON.stringify({ what, platform, key, guild: guildOf(index) }));
  }

  for (const index of shards.keys()) {
    const own = streamers.filter((_, at) => (index === 0 ? at % 10 < FOLLOWED_OF_TEN : at % 2 === 0));
    for (const streamer of own) say(index, streamer, 'follow');
  }
  return {
    change() {
      const index = random.integer(0, shards.length - 1);
      const streamer = streamers[random.integer(0, streamers.length - 1)];
      if (streamer) say(index, streamer, wanted[index]?.has(streamer) ? 'unfollow' : 'follow');
    },
  };
}
