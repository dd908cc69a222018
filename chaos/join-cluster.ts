import type { Redis } from 'ioredis';
import { awaited } from './several-servers.ts';

export const MASTERS = 3;
export const SLOTS = 16_384;

/** The first slot of a master, counted from 0. */
export const firstSlot = (at: number): number => at * Math.ceil(SLOTS / MASTERS);

export interface ClusterNode {
  readonly port: number;
  /** The port on which nodes talk to each other. */
  readonly bus: number;
}

/**
 * What `redis-cli --cluster create` does, which not every system has.
 * @param nodes the masters, then a replica of each
 */
export async function joinCluster<N extends ClusterNode>(
  nodes: readonly N[],
  ask: <T>(node: N, question: (redis: Redis) => Promise<T>) => Promise<T>,
): Promise<void> {
  const masters = nodes.slice(0, MASTERS);
  for (const [at, node] of nodes.entries()) {
    await ask(node, (redis) => redis.call('CLUSTER', 'SET-CONFIG-EPOCH', at + 1));
    if (at >= MASTERS) continue;
    const last = Math.min(firstSlot(at + 1), SLOTS) - 1;
    await ask(node, (redis) => redis.call('CLUSTER', 'ADDSLOTSRANGE', firstSlot(at), last));
  }
  const [first] = nodes;
  if (!first) throw new Error('a Redis Cluster without nodes');
  for (const { port, bus } of nodes) {
    await ask(first, (redis) => redis.call('CLUSTER', 'MEET', '127.0.0.1', port, bus));
  }
  const ids = await Promise.all(masters.map((node) => ask(node, (redis) => redis.call('CLUSTER', 'MYID'))));
  for (const [at, node] of nodes.slice(MASTERS).entries()) {
    // Fails until the replica has heard of its master.
    await awaited('a replica did not hear of its master', () =>
      ask(node, (redis) => redis.call('CLUSTER', 'REPLICATE', String(ids[at]))),
    );
  }
}
