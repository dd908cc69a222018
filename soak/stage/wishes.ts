import type { Streamer } from '../../simulator/broadcast.ts';
import type { Random } from '../../simulator/random.ts';
import type { Supervised } from '../../chaos/process.ts';
import type { Plan } from '../plan.ts';

/** One of so many keys is unfollowed and followed again all the time. */
const RESTLESS_OF = 100;
const GUILDS = 50;

export interface Wishes {
  /** Follows of every key, by a guild that keeps them. */
  followAll(): void;
  /** Lets the guilds wish what they wish in so many ms. */
  pass(ms: number): void;
  isRestless(streamer: Streamer): boolean;
  said(): number;
}

export interface WishesParts {
  readonly shards: readonly Supervised[];
  readonly streamers: readonly Streamer[];
  readonly plan: Pick<Plan, 'wishesPerSecond'>;
  readonly random: Random;
}

/** Guilds that follow and unfollow without end: half of the time a key that stays followed, half of the time one that does not. */
export function createWishes({ shards, streamers, plan, random }: WishesParts): Wishes {
  const restless = streamers.filter((_, index) => index % RESTLESS_OF === RESTLESS_OF - 1);
  const known = new Set(restless);
  const wanted = new Map<string, Set<Streamer>>();
  let [owing, said] = [0, 0];

  function say(guild: number, streamer: Streamer, what: 'follow' | 'unfollow'): void {
    const { platform, identifier: key } = streamer;
    const id = `12345678901234${String(1_000 + guild)}`;
    const own = wanted.get(id) ?? new Set();
    wanted.set(id, own);
    if (what === 'follow') own.add(streamer);
    else own.delete(streamer);
    shards[guild % shards.length]?.say(JSON.stringify({ what, platform, key, guild: id }));
    said += 1;
  }

  function turn(guild: number, streamer: Streamer | undefined): void {
    if (!streamer) return;
    const follows = wanted.get(`12345678901234${String(1_000 + guild)}`)?.has(streamer) ?? false;
    say(guild, streamer, follows ? 'unfollow' : 'follow');
  }

  return {
    followAll() {
      for (const streamer of streamers) say(0, streamer, 'follow');
    },
    pass(ms) {
      owing += (plan.wishesPerSecond * ms) / 1_000;
      for (; owing >= 1; owing -= 1) {
        if (restless.length > 0 && random.chance(0.5)) turn(0, restless[random.integer(0, restless.length - 1)]);
        else turn(random.integer(1, GUILDS - 1), streamers[random.integer(0, streamers.length - 1)]);
      }
    },
    isRestless: (streamer) => known.has(streamer),
    said: () => said,
  };
}
