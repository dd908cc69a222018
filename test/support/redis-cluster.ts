import type { Redis } from 'ioredis';
import { expect } from 'vitest';
import { joinCluster, MASTERS } from '../../chaos/join-cluster.ts';
import { keySlot } from '../../src/shared/redis/key-slot.ts';
import { askRedis } from './ask-redis.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { startRedis, type TestRedis } from './redis.ts';
import { PASSWORD, severalHosts, userLines } from './redis-users.ts';
import type { RedisServers } from './redis-servers.ts';

/** A Redis Cluster of its own: three masters, each with a replica. */
export interface TestRedisCluster extends RedisServers {
  /** The master that holds a key now. */
  ownerOf(key: string): Promise<TestRedis>;
  /** SIGKILL to the master that holds the key; resolves when another server holds it. The killed one stays away. */
  killOwnerOf(key: string): Promise<TestRedis>;
  /** Resolves when every node, those that were killed and started again too, finds all well. */
  settled(): Promise<void>;
}

/** A machine that is busy for this long is not taken for dead. */
const NODE_TIMEOUT_MS = 5_000;

export async function startRedisCluster(): Promise<TestRedisCluster> {
  const nodes = await Promise.all(Array.from({ length: 2 * MASTERS }, startNode));
  const joining = nodes.map(async ({ port, url }) => ({ port, url, bus: await askRedis(url, busPortOf) }));
  await joinCluster(await Promise.all(joining), ({ url }, question) => askRedis(url, question));
  const running = new Set(nodes);

  async function ownerOf(key: string): Promise<TestRedis> {
    const slot = keySlot(key);
    return eventually(async () => {
      for (const node of running) {
        const ranges = await askRedis(node.url, (redis) => redis.cluster('SLOTS'));
        const port = ranges.find(([from, to]) => from <= slot && slot <= to)?.[2]?.[1];
        const owner = [...running].find((each) => each.port === port);
        if (owner) return owner;
      }
      throw new Error(`no running node holds slot ${slot}`);
    });
  }

  const settled = (): Promise<void> => eventually(() => expectSettled([...running]));
  await settled();
  return {
    ...{ ownerOf, settled },
    as: severalHosts('cluster', nodes),
    nodeUrls: () => [...running].map(({ url }) => url),
    async killOwnerOf(key) {
      const owner = await ownerOf(key);
      await owner.kill();
      running.delete(owner);
      await ownerOf(key);
      return owner;
    },
    async stop() {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}

async function startNode(): Promise<TestRedis> {
  const busPort = await freePort();
  return startRedis({
    appendOnly: true,
    password: PASSWORD,
    settings: [
      ...['cluster-enabled yes', `cluster-port ${busPort}`, 'cluster-config-file nodes.conf'],
      ...[`cluster-node-timeout ${NODE_TIMEOUT_MS}`, 'cluster-replica-validity-factor 0', 'repl-diskless-sync-delay 0'],
      ...[`masteruser replica`, `masterauth ${PASSWORD}`, ...userLines('redis-replica-users.conf')],
    ],
  });
}

async function busPortOf(redis: Redis): Promise<number> {
  const [, port] = (await redis.config('GET', 'cluster-port')) as string[];
  return Number(port);
}

/** Every node knows every other one, and every replica has what its master has. */
async function expectSettled(nodes: readonly TestRedis[]): Promise<void> {
  for (const node of nodes) {
    const [state, replication] = await askRedis(node.url, (redis) =>
      Promise.all([redis.cluster('INFO'), redis.info('replication')]),
    );
    expect(state).toContain('cluster_state:ok');
    expect(state).toContain(`cluster_known_nodes:${2 * MASTERS}`);
    expect(state).toContain(`cluster_size:${MASTERS}`);
    if (replication.includes('role:slave')) expect(replication).toContain('master_link_status:up');
  }
}
