import type { Redis } from 'ioredis';
import { type RedisConnection, serversOf } from '../../shared/redis/open-connection.ts';
import { fault, type Judged } from './finding.ts';

/**
 * Looks at every server of Redis. Of a Redis Cluster each finding says which node it is of, and the nodes of which all is said to be well
 * in the same words are one finding; a node that does not answer is one of its own.
 */
export async function onEachServer(
  redis: RedisConnection,
  look: (server: Redis) => Promise<readonly Judged[]>,
): Promise<readonly Judged[]> {
  const servers = serversOf(redis, 'all');
  const [first] = servers;
  if (first !== undefined && servers.length === 1) return look(first);
  const found = new Map<string, { judged: Judged; nodes: string[] }>();
  for (const server of servers) {
    const node = `${server.options.host}:${server.options.port}`;
    for (const judged of await look(server).catch(silent)) {
      const same = found.get(JSON.stringify(judged)) ?? { judged, nodes: [] };
      same.nodes.push(node);
      found.set(JSON.stringify(judged), same);
    }
  }
  return [...found.values()].map(({ judged, nodes }) => ({ ...judged, what: `${judged.what} (${nodes.join(', ')})` }));
}

function silent(error: Error): readonly Judged[] {
  return [
    fault(
      `this node of the Redis Cluster does not answer: ${error.message}`,
      'start it, or take it out of the cluster',
    ),
  ];
}
