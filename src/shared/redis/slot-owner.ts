import { type Access, askInTurn, askServer } from './ask-server.ts';
import { type Endpoint, isSame } from './redis-address.ts';

/** What is needed to ask the nodes of a Redis Cluster who holds a slot. */
export interface SlotOwnerParts {
  readonly slot: number;
  /** Some of its nodes. */
  readonly endpoints: () => readonly Endpoint[];
  /** The same for all nodes. */
  readonly access: Access;
  /** Where a node can be reached that calls itself so; as it says unless told otherwise. */
  readonly reachedAt?: (endpoint: Endpoint) => Endpoint;
}

/** Finds the node of a Redis Cluster that is the master of a slot now. */
export function createFindSlotOwner({ slot, endpoints, access, reachedAt = (endpoint) => endpoint }: SlotOwnerParts) {
  let known: readonly Endpoint[] = [];

  async function ask(asked: Endpoint): Promise<Endpoint> {
    const ranges = await askServer(asked, access, (redis) => redis.cluster('SLOTS'));
    // A node that knows no name of its own is where it was asked.
    const endpointOf = ([name, port]: [string, number, ...unknown[]]): Endpoint =>
      reachedAt({ host: name || asked.host, port });
    const [, , owner] = ranges.find(([from, to]) => from <= slot && slot <= to) ?? [];
    if (owner === undefined) throw new Error(`no node of the Redis Cluster holds slot ${slot}`);
    known = ranges.flatMap(([, , ...nodes]) => nodes.map(endpointOf));
    return endpointOf(owner);
  }

  return function findSlotOwner(besides?: Endpoint): Promise<Endpoint> {
    const all = distinct([...known, ...endpoints()]);
    const order = all.toSorted((a, b) => Number(isSame(a, besides)) - Number(isSame(b, besides)));
    return askInTurn(order, ask);
  };
}

function distinct(endpoints: readonly Endpoint[]): Endpoint[] {
  return [...new Map(endpoints.map((endpoint) => [`${endpoint.host} ${endpoint.port}`, endpoint])).values()];
}
