import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { followingConnector } from './following-connector.ts';
import { keySlot } from './key-slot.ts';
import type { Access } from './ask-server.ts';
import { type ClusterAddress, type Endpoint, readRedisAddress, type RedisAddress } from './redis-address.ts';
import { createFindSentinelMaster } from './sentinel-master.ts';
import { createFindSlotOwner } from './slot-owner.ts';

/** A connection for commands, whatever kind of Redis is behind it. Each command, script and transaction has keys of one slot. */
export type RedisConnection = Redis | Cluster;

export type OpenOptions = Pick<
  RedisOptions,
  | 'autoResubscribe'
  | 'commandTimeout'
  | 'connectTimeout'
  | 'enableOfflineQueue'
  | 'keyPrefix'
  | 'lazyConnect'
  | 'maxRetriesPerRequest'
  | 'reconnectOnError'
  | 'retryStrategy'
  | 'socketTimeout'
>;

/** How soon (ms) a changed Redis Cluster is noticed by those who get no error from it. */
const SLOTS_REFRESH_MS = 5_000;
const SLOTS_ANSWER_MS = 2_000;

/**
 * Opens a connection to a Redis, to the master behind Sentinels, or to a Redis Cluster.
 * @throws TypeError when the address cannot be read
 */
export function openConnection(url: string, options: OpenOptions): RedisConnection {
  const address = readRedisAddress(url);
  if (address.kind !== 'cluster') return openMaster(address, options);
  const { retryStrategy, lazyConnect = false, ...redisOptions } = options;
  return new Cluster([...address.endpoints], {
    ...{ lazyConnect, clusterRetryStrategy: retryStrategy },
    ...{ slotsRefreshInterval: SLOTS_REFRESH_MS, slotsRefreshTimeout: SLOTS_ANSWER_MS },
    // Certificates are for names: they must reach TLS as they are.
    ...(address.tls ? { dnsLookup: (host: string, found: (e: null, at: string) => void) => found(null, host) } : {}),
    redisOptions: { ...redisOptions, ...accessOf(address) },
  });
}

/**
 * Opens a plain connection to the one server that holds a key: for what waits, subscribes, or wants to know who hears it. All its
 * commands must have keys of the same slot.
 * @throws TypeError when the address cannot be read
 */
export function openConnectionAt(url: string, key: string, options: OpenOptions): Redis {
  const address = readRedisAddress(url);
  if (address.kind !== 'cluster') return openMaster(address, options);
  const access = accessOf(address);
  const find = createFindSlotOwner({ slot: keySlot(key), endpoints: () => address.endpoints, access });
  const Connector = followingConnector({ find, tls: access.tls });
  return new Redis({ reconnectOnError: resendWhereItIsNow, ...options, ...access, Connector });
}

/** The same on a Redis Cluster that somebody else opened, with its account and TLS. It has to be connected, or about to be. */
export function openClusterNodeAt(cluster: Cluster, key: string, options: OpenOptions): Redis {
  const { redisOptions = {}, natMap } = cluster.options;
  const reachedAt = (endpoint: Endpoint): Endpoint => {
    const name = `${endpoint.host}:${endpoint.port}`;
    return (typeof natMap === 'function' ? natMap(name) : natMap?.[name]) ?? endpoint;
  };
  const find = createFindSlotOwner({
    ...{ slot: keySlot(key), access: redisOptions, reachedAt },
    endpoints: () => cluster.nodes().map(({ options: { host = '', port = 6379 } }) => ({ host, port })),
  });
  const Connector = followingConnector({ find, tls: redisOptions.tls });
  return new Redis({ ...redisOptions, replyMapping: 'legacy', ...options, Connector });
}

/** The servers behind a connection, as far as they are known. In a Redis Cluster, its masters; all nodes where it says so. */
export function serversOf(redis: RedisConnection, which: 'master' | 'all' = 'master'): readonly Redis[] {
  return redis instanceof Redis ? [redis] : redis.nodes(which);
}

function openMaster(address: Exclude<RedisAddress, { kind: 'cluster' }>, options: OpenOptions): Redis {
  if (address.kind === 'single') return new Redis(address.url, options);
  const { endpoints: sentinels, master, db, tls, sentinelAccount } = address;
  const access = accessOf(address);
  const find = createFindSentinelMaster({ sentinels, master, access: accessOf({ ...sentinelAccount, tls }) });
  const Connector = followingConnector({ find, tls: access.tls });
  return new Redis({ reconnectOnError: resendWhereItIsNow, ...options, ...access, db, Connector });
}

function accessOf({ username, password, tls }: Omit<ClusterAddress, 'kind' | 'endpoints'>): Access {
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls ? { tls: {} } : {}),
  };
}

/** What a server says that is not, or not yet, the master of a key. It has done nothing, so that the command is safe to repeat. */
const ELSEWHERE = /^(MOVED|ASK|TRYAGAIN|CLUSTERDOWN|READONLY|MASTERDOWN) /;

function resendWhereItIsNow(error: Error): 2 | false {
  return isElsewhere(error) ? 2 : false;
}

/** Whether another server has to be asked, or this one later. */
export function isElsewhere({ message }: Error): boolean {
  return ELSEWHERE.test(message);
}
