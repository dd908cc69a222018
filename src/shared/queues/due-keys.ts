import { chunk } from '../domain/group.ts';
import type { Platform } from '../domain/platform.ts';
import type { RedisConnection } from '../redis/open-connection.ts';
import { runScript } from '../runtime/script.ts';
import { CLAIM, GIVE_BACK, HASTEN, SETTLE } from './due-scripts.ts';
import { dueKey, failuresKey, inFlightKey, restKey, stretchKey } from './keys.ts';

/** A key that some poll wants looked at. */
export interface WantedKey {
  readonly identifier: string;
  /** The instant (ms) for which its scheduler planned this poll. */
  readonly slot: number;
  /** Look even if it is fresh: somebody said that something changed. */
  readonly forced: boolean;
}

export type KeyState = 'untracked' | 'fresh' | 'claimed';

export type Claim =
  | { readonly kind: 'resting'; readonly restMs: number }
  | {
      readonly kind: 'claimed';
      /** Of each wanted key, in their order. */
      readonly states: readonly KeyState[];
      /** Everything this process has to look at now: the wanted keys claimed and the neighbours taken along. */
      readonly claimed: readonly string[];
      /** Intervals are this many times as long, for the budget's sake. */
      readonly stretch: number;
    };

export interface ClaimOptions {
  readonly now: number;
  readonly intervalMs: number;
  readonly batchSize: number;
  /** After this long a claim that was neither settled nor given back counts as lost. */
  readonly leaseMs: number;
}

export interface SettledKey {
  readonly identifier: string;
  /** When it is due next (ms), or null for one interval after the claim. */
  readonly dueAt: number | null;
}

/** When a key is due, as it was read. */
export interface DueKey {
  readonly identifier: string;
  /** ms since 1970 */
  readonly dueAt: number;
}

/** Keys of one script: it keeps Redis from everything else meanwhile. */
const BULK = 1_000;

const STATES: readonly KeyState[] = ['untracked', 'fresh', 'claimed'];

/** The keys of one platform that are due, shared by all processes. */
export function createDueKeys(redis: RedisConnection, platform: Platform) {
  const keys = [dueKey(platform), inFlightKey(platform), failuresKey(platform)];
  return {
    async claim(wanted: readonly WantedKey[], { now, intervalMs, batchSize, leaseMs }: ClaimOptions): Promise<Claim> {
      const args = wanted.flatMap((key) => [key.identifier, key.slot, key.forced ? 1 : 0]);
      const scriptKeys = [dueKey(platform), inFlightKey(platform), restKey(platform), stretchKey(platform)];
      const answer = await runScript(redis, CLAIM, scriptKeys, [now, leaseMs, intervalMs, batchSize, ...args]);
      const [open, second, states, claimed] = answer as [number, string | number, number[], string[]];
      if (open === 0) return { kind: 'resting', restMs: Number(second) };
      const named = states.map((state) => STATES[state] ?? 'untracked');
      return { kind: 'claimed', stretch: Number(second), states: named, claimed };
    },

    async settle(settled: readonly SettledKey[]): Promise<void> {
      const args = settled.flatMap((key) => [key.identifier, key.dueAt ?? '']);
      await runScript(redis, SETTLE, keys, args);
    },

    /**
     * @param blamed whether the platform is to blame
     * @returns how many looks it has let fail in a row, in all processes
     */
    async giveBack(identifiers: readonly string[], now: number, blamed: boolean): Promise<number> {
      return Number(await runScript(redis, GIVE_BACK, keys, [now, blamed ? 1 : 0, ...identifiers]));
    },

    /** Keys that are to be looked at sooner than was planned, each at its time (ms). None is put off by this. */
    async hasten(keys: readonly { readonly identifier: string; readonly dueAt: number }[]): Promise<void> {
      if (keys.length === 0) return;
      const args = keys.flatMap(({ identifier, dueAt }) => [dueAt, identifier]);
      await redis.zadd(dueKey(platform), 'XX', 'LT', ...args);
    },

    /** Those that are due later than this (ms). */
    async dueAfter(at: number): Promise<DueKey[]> {
      const flat = await redis.zrange(dueKey(platform), `(${at}`, '+inf', 'BYSCORE', 'WITHSCORES');
      return chunk(flat, 2).map(([identifier = '', dueAt = '0']) => ({ identifier, dueAt: Number(dueAt) }));
    },

    /** Lets keys be due sooner, unless they were looked at since they were read. @returns how many are */
    async bringForward(keys: readonly (DueKey & { readonly sooner: number })[]): Promise<number> {
      let count = 0;
      for (const part of chunk(keys, BULK)) {
        const args = part.flatMap(({ identifier, dueAt, sooner }) => [identifier, dueAt, sooner]);
        count += Number(await runScript(redis, HASTEN, [dueKey(platform)], args));
      }
      return count;
    },

    /** Nobody asks the platform until then. */
    async rest(reason: string, restMs: number): Promise<void> {
      if (restMs > 0) await redis.set(restKey(platform), reason, 'PX', Math.ceil(restMs));
    },

    /** Its reason is gone: the next look tells. */
    async endRest(): Promise<void> {
      await redis.del(restKey(platform));
    },
  };
}

export type DueKeys = ReturnType<typeof createDueKeys>;
