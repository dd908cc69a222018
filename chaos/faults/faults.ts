import type { Random } from '../../simulator/random.ts';
import type { RedisKind } from '../servers.ts';
import type { Fault } from '../stage.ts';
import { BLOCKED } from './blocked.ts';
import { WRONG_CLOCKS } from './clock.ts';
import { KILL_AT_PLACES } from './kill-at-places.ts';
import { KILL_ROLES, KILL_SHARDS } from './kill-roles.ts';
import { KILLED_IN_TRANSACTION } from './killed-in-transaction.ts';
import { MEMORY_FULL } from './memory.ts';
import { NETWORK_FAULTS, PARTITION } from './network.ts';
import { NO_CONNECTIONS } from './no-connections.ts';
import { PLATFORM_FAULTS } from './platforms.ts';
import { POSTGRES_FAULTS } from './postgres.ts';
import { REDIS_FAULTS } from './redis.ts';
import { TROUBLED_WRITES } from './troubled-writes.ts';

/** Every way to break it. */
export const FAULTS: readonly Fault[] = [
  ...[
    ...KILL_AT_PLACES,
    ...KILL_ROLES,
    ...KILL_SHARDS,
    ...REDIS_FAULTS,
    ...POSTGRES_FAULTS,
    ...NETWORK_FAULTS,
    ...PLATFORM_FAULTS,
  ],
  ...[...TROUBLED_WRITES, ...WRONG_CLOCKS],
  ...[BLOCKED, KILLED_IN_TRANSACTION, MEMORY_FULL, NO_CONNECTIONS, PARTITION],
];

/** Those that can be done to a Redis of this kind. */
export function faultsOf(kind: RedisKind): Fault[] {
  return FAULTS.filter(({ redis = kind }) => redis === kind);
}

/** The faults of the short form, in their order: one of each sort. */
const SHORT = [
  'killed between the publish and the settling',
  'FLUSHALL',
  'kill -9 both that poll',
  'kill -9 both shards',
  'pub/sub clients cut',
  'Postgres connections ended',
  'platforms: garbage',
  'Redis killed, its file lost',
  'killed between the row and the job',
];

/** What takes the place of those that only a single Redis knows. */
const FAILOVERS = { sentinel: 'sentinel failover', cluster: 'cluster master killed' } as const;

export function shortFaults(kind: RedisKind = 'single'): Fault[] {
  const possible = new Set(faultsOf(kind).map(({ name }) => name));
  return SHORT.map((wanted) => {
    const name = kind === 'single' || possible.has(wanted) ? wanted : FAILOVERS[kind];
    const found = FAULTS.find((fault) => fault.name === name);
    if (!found) throw new Error(`there is no fault "${name}"`);
    return found;
  });
}

/** All of them in an order that follows from the seed, and again in another one, without end; aimed where they can be. */
export function* faultsByChance(random: Random, faults: readonly Fault[] = FAULTS): Generator<Fault, never> {
  while (true) {
    const left = [...faults];
    while (left.length > 0) {
      const [fault] = left.splice(random.integer(0, left.length - 1), 1);
      if (fault) yield fault.aim?.(random) ?? fault;
    }
  }
}
