import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Redis } from 'ioredis';
import type { RedisProgram } from '../src/embedded/redis-program.ts';
import { askServer } from '../src/shared/redis/ask-server.ts';
import { keySlot } from '../src/shared/redis/key-slot.ts';
import { type ClusterNode, firstSlot, joinCluster, MASTERS, SLOTS } from './join-cluster.ts';
import { quietPort } from './quiet-port.ts';
import type { SeveralRedis } from './servers.ts';
import { awaited, type Node, startNode } from './several-servers.ts';

/** Longer than a busy machine keeps a server waiting, or nobody would be master for long. */
const NODE_TIMEOUT_MS = 5_000;
/** Whatever hears of events is at the master of this key, so it is killed first; then the others, one after the other. */
const FIRST_VICTIM = keySlot('{streams}.log');

/** A Redis Cluster: three masters, each with a replica. */
export async function startCluster(program: RedisProgram, home: string): Promise<SeveralRedis> {
  const password = randomBytes(18).toString('base64url');
  const nodes = await Promise.all(
    Array.from({ length: 2 * MASTERS }, (_, at) => startClusterNode(program, path.join(home, `node-${at}`), password)),
  );
  const ask: Ask = ({ port }, question) => askServer({ host: '127.0.0.1', port }, { password }, question);
  await joinCluster(nodes, ask);

  const ownerOf = (slot: number): Promise<Node & ClusterNode> =>
    awaited(`nobody holds slot ${slot}`, async () => {
      const said = await Promise.all(nodes.map((node) => ask(node, (redis) => redis.cluster('SLOTS')).catch(() => [])));
      const ports = said.flatMap((ranges) => ranges.find(([from, to]) => from <= slot && slot <= to)?.[2]?.[1] ?? []);
      const known = nodes.find(({ port }) => ports.length > 0 && ports.every((one) => one === port));
      return known && (await ask(known, (redis) => redis.info('replication'))).includes('role:master') ? known : null;
    });
  const whole = (): Promise<true> =>
    awaited('the nodes of the Redis Cluster do not find all well', async () => {
      const well = await Promise.all(nodes.map((node) => isWell(node, ask)));
      return well.every(Boolean) || null;
    });

  await whole();
  const url = `redis+cluster://:${password}@${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;
  let victim = FIRST_VICTIM;
  return {
    ...{ kind: 'cluster', direct: url, url, ways: [], polling: { url, partedBy: null } },
    async masters() {
      const owners = await Promise.all(Array.from({ length: MASTERS }, (_, at) => ownerOf(firstSlot(at))));
      return owners.map((owner) => owner.url);
    },
    async failOver() {
      const slot = victim;
      victim = (slot + Math.ceil(SLOTS / MASTERS)) % SLOTS;
      const lost = await ownerOf(slot);
      await lost.kill();
      await awaited('no replica took the place of its master', async () =>
        (await ownerOf(slot)) !== lost ? true : null,
      );
      await lost.start();
      await whole();
    },
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))),
  };
}

type Ask = <T>(node: Pick<Node, 'port'>, question: (redis: Redis) => Promise<T>) => Promise<T>;

async function startClusterNode(program: RedisProgram, home: string, password: string): Promise<Node & ClusterNode> {
  const bus = await quietPort();
  const settings = [
    ...['cluster-enabled yes', `cluster-port ${bus}`, 'cluster-config-file nodes.conf'],
    ...[`cluster-node-timeout ${NODE_TIMEOUT_MS}`, 'cluster-replica-validity-factor 0'],
  ];
  return { ...(await startNode({ program, home, password, settings })), bus };
}

/** It knows every other one, and has what its master has. */
async function isWell(node: Node, ask: Ask): Promise<boolean> {
  const [state, replication] = await ask(node, (redis) =>
    Promise.all([redis.cluster('INFO'), redis.info('replication')]),
  );
  const isKnown = [`cluster_state:ok`, `cluster_known_nodes:${2 * MASTERS}`, `cluster_size:${MASTERS}`].every((one) =>
    String(state).includes(one),
  );
  const hasReplica = /role:slave.*master_link_status:up|role:master.*slave0:.*state=online/s.test(replication);
  return isKnown && hasReplica;
}
