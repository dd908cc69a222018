import { openConnection, serversOf } from '../redis/open-connection.ts';
import { type RedisAddress, readRedisAddress, redisPlace } from '../redis/redis-address.ts';
import { connectionCode, networkReason, type ServerFault, tlsReason } from './server-fault.ts';

/** As long as one that works has to answer: a machine that is busy lets nobody in quickly. */
const CONNECT_WITHIN_MS = 15_000;
/** What BullMQ can do with less is not what we ask of it. */
const OLDEST_MAJOR = 6;

export interface ReachedRedis {
  readonly fault: ServerFault | null;
  /** What works but will bite later. */
  readonly warnings: readonly string[];
}

/** Connects once, and looks at what kind of Redis it is; of a Redis Cluster at each master. */
export async function reachRedis(url: string): Promise<ReachedRedis> {
  const address = readRedisAddress(url);
  const redis = openConnection(url, {
    ...{ lazyConnect: true, connectTimeout: CONNECT_WITHIN_MS, maxRetriesPerRequest: 0 },
    retryStrategy: () => null,
  });
  let cause: unknown;
  redis.on('error', (error: unknown) => {
    cause = error; // what connect() rejects with only says that the connection was closed
  });
  try {
    await redis.connect();
    const infos = await Promise.all(serversOf(redis).map((server) => server.info()));
    const judged = infos.map((info) => judge(address, info));
    const fault = judged.find((each) => each.fault !== null)?.fault ?? null;
    return { fault, warnings: fault ? [] : [...new Set(judged.flatMap(({ warnings }) => warnings))] };
  } catch (error) {
    return { fault: toFault(address, rootOf(cause ?? error)), warnings: [] };
  } finally {
    redis.disconnect();
  }
}

/** How people know this Redis, without its account: `Redis at localhost:6379`. */
export function redisName(address: RedisAddress): string {
  const place = redisPlace(address);
  if (address.kind === 'cluster') return `the Redis Cluster at ${place}`;
  return address.kind === 'sentinel' ? `Redis "${address.master}" of the sentinels at ${place}` : `Redis at ${place}`;
}

function judge(address: RedisAddress, info: string): ReachedRedis {
  const where = redisName(address);
  const mode = infoField(info, 'redis_mode');
  if (address.kind === 'single' && (mode === 'cluster' || mode === 'sentinel')) {
    const form = mode === 'cluster' ? 'redis+cluster://host:port,host:port' : 'redis+sentinel://host:port/master-name';
    const message = `${where} is ${mode === 'cluster' ? 'a node of a Redis Cluster' : 'a sentinel'}: write REDIS_URL as ${form}`;
    return { fault: { kind: 'settings', message }, warnings: [] };
  }
  const version = infoField(info, 'redis_version');
  if (Number.parseInt(version, 10) < OLDEST_MAJOR) {
    const message = `${where} is version ${version}: use ${OLDEST_MAJOR}.2 or newer, or correct REDIS_URL`;
    return { fault: { kind: 'settings', message }, warnings: [] };
  }
  const policy = infoField(info, 'maxmemory_policy');
  const evicts = policy !== '' && policy !== 'noeviction';
  const warning = `${where} may throw jobs away when its memory is full (maxmemory-policy ${policy}): set it to noeviction`;
  return { fault: null, warnings: evicts ? [warning] : [] };
}

/** A field of what INFO answers; empty when it is not there. */
export function infoField(info: string, name: string): string {
  return new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim() ?? '';
}

/** A Redis Cluster of which no node answers fails with what the last one said. */
function rootOf(error: unknown): unknown {
  return (error as { lastNodeError?: unknown }).lastNodeError ?? error;
}

function toFault(address: RedisAddress, error: unknown): ServerFault {
  const where = redisName(address);
  const message = error instanceof Error ? error.message : String(error);
  if (/NOAUTH|WRONGPASS|NOPERM|invalid password|without any password/i.test(message)) {
    return { kind: 'settings', message: `${where} refuses the account: correct the user and password in REDIS_URL` };
  }
  if (/cluster support disabled/i.test(message)) {
    return { kind: 'settings', message: `${where} is no Redis Cluster: write REDIS_URL as redis://host:port` };
  }
  const distrust = tlsReason(error);
  if (distrust)
    return { kind: 'settings', message: `${where} is not trusted, ${distrust}: correct that, or REDIS_URL` };
  const reason = networkReason(connectionCode(error)) ?? message;
  const remedy = 'start it, or correct REDIS_URL (unset, an embedded one is used)';
  return { kind: 'away', message: `${where} cannot be reached, ${reason}: ${remedy}` };
}
