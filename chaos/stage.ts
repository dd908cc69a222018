import type { Random } from '../simulator/random.ts';
import type { Simulator } from '../simulator/simulator.ts';
import type { Supervised } from './process.ts';
import type { RedisKind, RedisServer, Servers, SeveralRedis } from './servers.ts';

/** Everything that can be broken. */
export interface Stage {
  readonly servers: Servers<RedisServer | SeveralRedis>;
  readonly sim: Simulator;
  /** The roles and the shards, by their names; two of them poll. */
  readonly roles: ReadonlyMap<string, Supervised>;
  /** Chance that follows from the seed. */
  readonly random: Random;
}

/** One way to break it. */
export interface Fault {
  /** As the report shows it. */
  readonly name: string;
  /** Platforms that it concerns; null: everything. */
  readonly platforms: readonly string[] | null;
  /** The only kind of Redis on which it can be done; every kind unless told. */
  readonly redis?: RedisKind;
  /** Breaks it, and resolves when it is whole again. */
  strike(stage: Stage): Promise<void>;
  /** The same, for the platforms that chance chooses. */
  aim?(random: Random): Fault;
}

/** The Redis that is one server, for a fault that is only for such a one. */
export function singleRedis({ servers: { redis } }: Stage): RedisServer {
  if (redis.kind === 'single') return redis;
  throw new Error(`this fault cannot be done to a Redis of kind ${redis.kind}`);
}

/** Kills it as the kernel would, and waits until the one that takes its place is ready. */
export async function killAndAwait(stage: Stage, names: readonly string[]): Promise<void> {
  const victims = names.map((name) => role(stage, name));
  const before = victims.map((victim) => victim.ready());
  for (const victim of victims) victim.signal('SIGKILL');
  await Promise.all(victims.map((victim, at) => readyAgain(victim, before[at])));
}

export function role({ roles }: Stage, name: string): Supervised {
  const found = roles.get(name);
  if (!found) throw new Error(`there is no process ${name}`);
  return found;
}

async function readyAgain(victim: Supervised, before: Promise<void> | undefined): Promise<void> {
  while (victim.ready() === before) await new Promise((resolve) => setTimeout(resolve, 50));
  await victim.ready();
}
