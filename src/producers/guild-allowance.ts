import type { Snowflake } from '../shared/domain/follow.ts';

export type Action = 'follow' | 'unfollow';

export interface AllowanceParts {
  /** What comes back a second, of each action. */
  rate(): number;
  /** What may be spent at once. */
  burst(): number;
  /** Milliseconds of a clock that never goes back. */
  now(): number;
}

/** Forgetting is worth a look at all of them only now and then. */
const SWEEP_FROM = 1_000;

interface Spent {
  readonly of: Record<Action, number>;
  at: number;
}

/**
 * How much each guild may still say: follows and unfollows apart, so that nobody who follows too much cannot leave.
 * Only guilds that spent something lately are remembered.
 */
export function createGuildAllowance({ rate, burst, now }: AllowanceParts) {
  const guilds = new Map<Snowflake, Spent>();
  let sweepAt = SWEEP_FROM;

  function current(guild: Snowflake): Spent {
    const spent = guilds.get(guild) ?? { of: { follow: 0, unfollow: 0 }, at: now() };
    const back = ((now() - spent.at) / 1_000) * rate();
    spent.of.follow = Math.max(0, spent.of.follow - back);
    spent.of.unfollow = Math.max(0, spent.of.unfollow - back);
    spent.at = now();
    return spent;
  }

  function sweep(): void {
    for (const guild of guilds.keys()) {
      const { of } = current(guild);
      if (of.follow === 0 && of.unfollow === 0) guilds.delete(guild);
    }
    sweepAt = SWEEP_FROM + 2 * guilds.size;
  }

  return {
    /** How many it may say now. */
    left(guild: Snowflake, action: Action): number {
      return guilds.has(guild) ? Math.floor(burst() - current(guild).of[action]) : burst();
    },

    spend(guild: Snowflake, action: Action): void {
      if (guilds.size >= sweepAt) sweep();
      const spent = current(guild);
      spent.of[action]++;
      guilds.set(guild, spent);
    },

    /** What was not carried out after all. */
    refund(guild: Snowflake, action: Action): void {
      const spent = guilds.get(guild);
      if (spent) spent.of[action] = Math.max(0, spent.of[action] - 1);
    },

    /** How long until one comes back, in ms. */
    intervalMs: (): number => 1_000 / rate(),

    remembered: () => guilds.size,
  };
}

export type GuildAllowance = ReturnType<typeof createGuildAllowance>;
