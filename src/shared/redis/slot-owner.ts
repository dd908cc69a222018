import { createConnection, Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { AbstractConnector, Redis, type RedisOptions } from 'ioredis';
import type { Endpoint } from './redis-address.ts';

/** What is needed to ask the nodes of a Redis Cluster who holds a slot. */
export interface SlotOwnerParts {
  readonly slot: number;
  /** Some of its nodes. */
  readonly endpoints: () => readonly Endpoint[];
  /** Account and TLS, the same for all nodes. */
  readonly access: Pick<RedisOptions, 'username' | 'password' | 'tls'>;
  /** Where a node can be reached that calls itself so; as it says unless told otherwise. */
  readonly reachedAt?: (endpoint: Endpoint) => Endpoint;
}

/** How long (ms) one node may take to say who holds a slot, before another one is asked. */
const ANSWER_MS = 2_000;
/** How often (ms) is looked whether the slot is still where the connection leads. */
const LOOK_AGAIN_MS = 5_000;
const GIVE_UP_MS = 2_000;

/**
 * Makes of a plain connection one that leads to whichever node of a Redis Cluster is the master of a slot now: found out
 * anew at every connect, and left when another node holds the slot, even when the old one is frozen and closes nothing.
 * What waits (workers, subscribers) is simpler and safer on one connection that says when it is lost than on a pool.
 */
export function slotOwnerConnector(parts: SlotOwnerParts): new () => AbstractConnector {
  let known: readonly Endpoint[] = [];

  async function findOwner(besides?: Endpoint): Promise<Endpoint> {
    let cause: unknown;
    // A node that was lost is the last to ask; what it says may be out of date.
    const all = distinct([...known, ...parts.endpoints()]);
    for (const endpoint of all.toSorted((a, b) => Number(isSame(a, besides)) - Number(isSame(b, besides)))) {
      try {
        const { owner, nodes } = await askNode(parts, endpoint);
        known = nodes;
        return owner;
      } catch (error) {
        cause = error;
      }
    }
    throw cause instanceof Error ? cause : new Error('no node of the Redis Cluster is known');
  }

  return class SlotOwnerConnector extends AbstractConnector {
    private timer: NodeJS.Timeout | undefined;

    constructor() {
      super(GIVE_UP_MS);
    }

    /** Never rejects: ioredis would not try again. A stream that is dead already is a failed attempt like any other. */
    async connect(): Promise<Socket> {
      this.connecting = true;
      try {
        const owner = await findOwner();
        if (!this.connecting) return dead();
        const stream = open(owner, parts.access.tls);
        stream.once('error', (error) => {
          this.firstError = error;
        });
        stream.once('close', () => clearInterval(this.timer));
        this.timer = setInterval(() => void this.leaveIfMoved(owner), LOOK_AGAIN_MS).unref();
        this.stream = stream;
        return stream;
      } catch (error) {
        this.firstError = error instanceof Error ? error : new Error(String(error));
        return dead();
      }
    }

    override disconnect(): void {
      clearInterval(this.timer);
      super.disconnect();
    }

    private async leaveIfMoved(owner: Endpoint): Promise<void> {
      const now = await findOwner(owner).catch(() => owner);
      if (this.connecting && !isSame(now, owner)) this.disconnect();
    }
  };
}

async function askNode(
  { slot, access, reachedAt = (endpoint) => endpoint }: SlotOwnerParts,
  { host, port }: Endpoint,
): Promise<{ owner: Endpoint; nodes: Endpoint[] }> {
  const redis = new Redis({
    ...{ ...access, host, port, lazyConnect: true, enableReadyCheck: false },
    ...{ connectTimeout: ANSWER_MS, commandTimeout: ANSWER_MS, maxRetriesPerRequest: 0, retryStrategy: () => null },
  });
  let lost: unknown;
  redis.on('error', (error) => {
    lost = error;
  });
  try {
    await Promise.race([redis.connect(), sleep(ANSWER_MS).then(() => Promise.reject(silent({ host, port })))]);
    const ranges = await redis.cluster('SLOTS');
    // A node that knows no name of its own is where it was asked.
    const endpointOf = ([name, at]: [string, number, ...unknown[]]): Endpoint =>
      reachedAt({ host: name || host, port: at });
    const found = ranges.find(([from, to]) => from <= slot && slot <= to);
    const [, , owner] = found ?? [];
    if (owner === undefined) throw new Error(`no node of the Redis Cluster holds slot ${slot}`);
    return { owner: endpointOf(owner), nodes: ranges.flatMap(([, , ...nodes]) => nodes.map(endpointOf)) };
  } catch (error) {
    throw lost ?? error;
  } finally {
    redis.disconnect();
  }
}

function open({ host, port }: Endpoint, tls: ConnectionOptions | undefined): Socket {
  return tls ? connectTls({ host, port, ...tls }) : createConnection({ host, port });
}

function dead(): Socket {
  return new Socket().destroy();
}

function silent({ host, port }: Endpoint): Error {
  return Object.assign(new Error(`${host}:${port} does not answer`), { code: 'ETIMEDOUT' });
}

function isSame(a: Endpoint, b: Endpoint | undefined): boolean {
  return a.host === b?.host && a.port === b.port;
}

function distinct(endpoints: readonly Endpoint[]): Endpoint[] {
  return [...new Map(endpoints.map((endpoint) => [`${endpoint.host} ${endpoint.port}`, endpoint])).values()];
}
