import type { Streamer } from '../../simulator/broadcast.ts';
import type { Random } from '../../simulator/random.ts';
import type { World } from '../../simulator/world.ts';
import type { Account } from '../account.ts';
import type { Plan } from '../plan.ts';

export interface AiringParts {
  readonly world: World;
  readonly streamers: readonly Streamer[];
  /** Whether somebody follows it all the time. */
  readonly isOwed: (streamer: Streamer) => boolean;
  readonly account: Account;
  readonly plan: Pick<Plan, 'live' | 'changesPerSecond' | 'announcedMs'>;
  readonly random: Random;
}

/** Who is on the air: always as many, each for as long, one after the other in an order that follows from the seed. */
export interface Airing {
  live(): number;
  /** Lets happen what happens in so many ms. */
  pass(ms: number): void;
  /** Everybody who is on the air goes off, and everybody else on, in one moment. @returns how many changes that makes */
  turnOver(): number;
}

interface OnAir {
  readonly streamer: Streamer;
  readonly id: string;
}

export function createAiring({ world, streamers, isOwed, account, plan, random }: AiringParts): Airing {
  const off = shuffled(streamers, random);
  const on: OnAir[] = [];
  const announced = new Map<Streamer, string>();
  let [owing, begun] = [0, 0];

  function begin(streamer: Streamer, early = false): void {
    const { platform, identifier } = streamer;
    const id = announced.get(streamer);
    announced.delete(streamer);
    const broadcast = id === undefined ? world.goLive(platform, identifier) : world.start(platform, id);
    account.began({ platform, key: identifier, id: broadcast.id, at: Date.now(), owed: isOwed(streamer), early });
    on.push({ streamer, id: broadcast.id });
  }

  function end({ streamer, id }: OnAir): void {
    world.end(streamer.platform, id);
    account.ended(streamer.platform, id, Date.now());
    off.push(streamer);
  }

  /** Every second one that can be announced is, so long before its turn that it will begin about then. */
  function announce(): void {
    const ahead = Math.round((plan.changesPerSecond * plan.announcedMs) / 1_000);
    const streamer = off[ahead];
    if (!streamer || announced.has(streamer) || !['youtube', 'twitter'].includes(streamer.platform)) return;
    begun += 1;
    if (begun % 2 === 0) return;
    const at = new Date(Date.now() + plan.announcedMs);
    announced.set(streamer, world.schedule(streamer.platform, streamer.identifier, { at }).id);
  }

  for (const streamer of off.splice(0, plan.live)) begin(streamer, true);

  return {
    live: () => on.length,
    pass(ms) {
      owing += (plan.changesPerSecond * ms) / 1_000;
      for (; owing >= 1; owing -= 1) {
        const [oldest, next] = [on.shift(), off.shift()];
        if (oldest) end(oldest);
        if (next) begin(next);
        announce();
      }
    },
    turnOver() {
      const [ending, beginning] = [on.splice(0), off.splice(0)];
      for (const one of ending) end(one);
      for (const streamer of beginning) begin(streamer);
      return ending.length + beginning.length;
    },
  };
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const left = [...items];
  for (let at = left.length - 1; at > 0; at -= 1) {
    const other = random.integer(0, at);
    [left[at], left[other]] = [left[other] as T, left[at] as T];
  }
  return left;
}
