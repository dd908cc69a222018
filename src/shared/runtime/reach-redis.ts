import { Redis } from 'ioredis';
import { connectionCode, networkReason, type ServerFault, serverAddress, tlsReason } from './server-fault.ts';

const CONNECT_WITHIN_MS = 5_000;
/** What BullMQ can do with less is not what we ask of it. */
const OLDEST_MAJOR = 6;

export interface ReachedRedis {
  readonly fault: ServerFault | null;
  /** What works but will bite later. */
  readonly warnings: readonly string[];
}

/** Connects once, and looks at what kind of Redis it is. */
export async function reachRedis(url: string): Promise<ReachedRedis> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_WITHIN_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let cause: unknown;
  redis.on('error', (error) => {
    cause = error; // what connect() rejects with only says that the connection was closed
  });
  try {
    await redis.connect();
    return judge(url, await redis.info());
  } catch (error) {
    return { fault: toFault(url, cause ?? error), warnings: [] };
  } finally {
    redis.disconnect();
  }
}

function judge(url: string, info: string): ReachedRedis {
  const where = `Redis at ${serverAddress(url, 6379)}`;
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

function toFault(url: string, error: unknown): ServerFault {
  const where = `Redis at ${serverAddress(url, 6379)}`;
  const message = error instanceof Error ? error.message : String(error);
  if (/NOAUTH|WRONGPASS|NOPERM|invalid password|without any password/i.test(message)) {
    return { kind: 'settings', message: `${where} refuses the account: correct the user and password in REDIS_URL` };
  }
  const distrust = tlsReason(error);
  if (distrust)
    return { kind: 'settings', message: `${where} is not trusted, ${distrust}: correct that, or REDIS_URL` };
  const reason = networkReason(connectionCode(error)) ?? message;
  const remedy = 'start it, or correct REDIS_URL (unset, an embedded one is used)';
  return { kind: 'away', message: `${where} cannot be reached, ${reason}: ${remedy}` };
}
