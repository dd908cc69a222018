import type { Streamer } from '../../simulator/broadcast.ts';
import type { Random } from '../../simulator/random.ts';
import type { Supervised } from '../../chaos/process.ts';
import type { Platform } from '../../src/shared/domain/platform.ts';
import type { Plan } from '../plan.ts';

/** One of so many keys is unfollowed and followed again all the time. */
const RESTLESS_OF = 100;
/** Guilds that change their minds about keys, each about so many of them; others keep so many each. All may have more. */
const [FICKLE, MINDED, KEPT] = [50, 1_000, 200];
/** So many are said together: 20,000 one after the other would take minutes. */
const TOGETHER = 100;

/** A line for a shard. */
export type SaidTogether = readonly {
  readonly what: 'follow' | 'unfollow';
  readonly platform: Platform;
  readonly key: string;
  readonly guild: string;
}[];

export interface Wishes {
  /** Follows of the next keys, so many at most, by guilds that keep them. @returns how many keys are followed by now */
  followMore(most: number): number;
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
  const wanted = new Map<number, Set<Streamer>>();
  const unsaid: SaidTogether[number][][] = shards.map(() => []);
  let [owing, said, followed] = [0, 0, 0];

  function say(guild: number, streamer: Streamer, what: 'follow' | 'unfollow'): void {
    const { platform, identifier: key } = streamer;
    const own = wanted.get(guild) ?? new Set();
    wanted.set(guild, own);
    if (what === 'follow') own.add(streamer);
    else own.delete(streamer);
    unsaid[guild % shards.length]?.push({ what, platform, key, guild: `1234567890123${10_000 + guild}` });
    said += 1;
  }

  function speak(): void {
    for (const [index, lines] of unsaid.entries()) {
      while (lines.length > 0) shards[index]?.say(JSON.stringify(lines.splice(0, TOGETHER)));
    }
  }

  function turn(guild: number, streamer: Streamer | undefined): void {
    if (streamer) say(guild, streamer, wanted.get(guild)?.has(streamer) ? 'unfollow' : 'follow');
  }

  function keepersTurn(): void {
    const at = random.integer(0, restless.length - 1);
    turn(keeperOf(at * RESTLESS_OF + RESTLESS_OF - 1), restless[at]);
  }

  /** Each is fickle about a stretch of the keys of its own. */
  function ficklesTurn(): void {
    const guild = random.integer(0, FICKLE - 1);
    const from = Math.floor((guild * streamers.length) / FICKLE);
    turn(guild, streamers[(from + random.integer(0, MINDED - 1)) % streamers.length]);
  }

  return {
    followMore(most) {
      const next = streamers.slice(followed, followed + most);
      for (const [index, streamer] of next.entries()) say(keeperOf(followed + index), streamer, 'follow');
      speak();
      followed += next.length;
      return followed;
    },
    pass(ms) {
      owing += (plan.wishesPerSecond * ms) / 1_000;
      for (; owing >= 1; owing -= 1) {
        if (restless.length > 0 && random.chance(0.5)) keepersTurn();
        else ficklesTurn();
      }
      speak();
    },
    isRestless: (streamer) => known.has(streamer),
    said: () => said,
  };
}

function keeperOf(index: number): number {
  return FICKLE + Math.floor(index / KEPT);
}
