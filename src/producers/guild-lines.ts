import type { Snowflake } from '../shared/domain/follow.ts';
import { type Action, createGuildAllowance } from './guild-allowance.ts';
import { createGuildLine, type GuildLine } from './guild-line.ts';
import type { HeardWish } from './heard-wish.ts';
import type { Room } from './room.ts';

/** Most taken of one guild before the next has its turn. */
const SLICE = 20;

/** Unfollows first: what they end makes room for what is followed instead. */
function nextOf(line: GuildLine): Action {
  return line.has('unfollow') ? 'unfollow' : 'follow';
}

export interface GuildLinesParts {
  readonly room: Pick<Room, 'take' | 'leave' | 'freeBytes'>;
  /** Most wishes of a guild carried out a second, of each action, after `burst` of them at once. */
  readonly rate: () => number;
  readonly burst: () => number;
}

export interface Put {
  /** Whether it waits now, or something later does. */
  readonly isTaken: boolean;
  /** A follow of the same guild that had to make room. */
  readonly displaced: HeardWish | undefined;
  /** How many wishes are needless now: it, or what it takes the place of. */
  readonly folded: number;
}

/**
 * What is heard waits in a line for each guild, and the lines take turns: who says much waits for itself, not for its
 * neighbours. Of one line only the latest of everything waits, and no more of it is given out than the guild may say.
 *
 * Memory: a line may take as much as is free once it has it. So one guild takes at most half of the room, two a third
 * each, and for one that is new there is always some (dynamic thresholds, as in switches with one shared buffer).
 */
export function createGuildLines({ room, rate, burst }: GuildLinesParts) {
  const allowance = createGuildAllowance({ rate, burst, now: () => performance.now() });
  let ready = new Map<Snowflake, GuildLine>();
  const resting = new Map<Snowflake, GuildLine>();

  function lineOf(guild: Snowflake): GuildLine {
    const line = ready.get(guild) ?? resting.get(guild);
    if (line) return line;
    const fresh = createGuildLine();
    ready.set(guild, fresh);
    return fresh;
  }

  /** What a line was short of may have come back. */
  function wake(isFree: boolean): void {
    for (const [guild, line] of resting) {
      if (!isFree && !mayTake(guild, line)) continue;
      resting.delete(guild);
      ready.set(guild, line);
    }
  }

  function mayTake(guild: Snowflake, line: GuildLine): boolean {
    return allowance.left(guild, nextOf(line)) > 0;
  }

  function takeSlice(guild: Snowflake, line: GuildLine, { most, isFree }: { most: number; isFree: boolean }) {
    const taken: HeardWish[] = [];
    while (taken.length < most && (isFree || mayTake(guild, line))) {
      const action = nextOf(line);
      const heard = line.take(action);
      if (!heard) break;
      allowance.spend(guild, action);
      taken.push(heard);
    }
    return taken;
  }

  /** A line that is empty is forgotten, one that may say no more now rests, any other goes to the end. */
  function moveOn(guild: Snowflake, line: GuildLine, isFree: boolean): void {
    ready.delete(guild);
    if (line.size() === 0) return;
    if (isFree || mayTake(guild, line)) ready.set(guild, line);
    else resting.set(guild, line);
  }

  function put(heard: HeardWish): Put {
    const line = lineOf(heard.wish.guildId);
    const isFull = line.size() > 0 && line.bytes() + heard.bytes > room.freeBytes();
    const displaced = isFull && heard.wish.action === 'unfollow' ? line.take('follow') : undefined;
    if (displaced) room.leave(displaced.bytes);
    if (isFull && !displaced) return { isTaken: false, displaced, folded: 0 };
    room.take(heard.bytes);
    const needless = line.put(heard);
    for (const { bytes } of needless) room.leave(bytes);
    return { isTaken: true, displaced, folded: needless.length };
  }

  return {
    put,

    /** @param isFree whether no guild has to wait for its rate, as when the process ends */
    take(most: number, isFree: boolean): HeardWish[] {
      wake(isFree);
      const taken: HeardWish[] = [];
      for (let [first] = ready; first && taken.length < most; [first] = ready) {
        const [guild, line] = first;
        taken.push(...takeSlice(guild, line, { most: Math.min(SLICE, most - taken.length), isFree }));
        moveOn(guild, line, isFree);
      }
      return taken;
    },

    /** Puts back, at the front and in their order, what could not be carried out. Their room was never left. */
    giveBack(left: readonly HeardWish[]): void {
      const others = ready;
      ready = new Map();
      for (const { wish } of left) {
        if (!resting.has(wish.guildId)) ready.set(wish.guildId, others.get(wish.guildId) ?? lineOf(wish.guildId));
        others.delete(wish.guildId);
        allowance.refund(wish.guildId, wish.action);
      }
      for (const heard of left) for (const { bytes } of lineOf(heard.wish.guildId).put(heard)) room.leave(bytes);
      for (const [guild, line] of others) ready.set(guild, line);
    },

    size(): number {
      return [...ready.values(), ...resting.values()].reduce((sum, line) => sum + line.size(), 0);
    },

    /** Guilds that wait for their rate. */
    resting: () => resting.size,

    /** How long until the next of them may say something, in ms. */
    restMs: () => allowance.intervalMs(),
  };
}

export type GuildLines = ReturnType<typeof createGuildLines>;
