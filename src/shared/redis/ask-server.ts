import { setTimeout as sleep } from 'node:timers/promises';
import { Redis, type RedisOptions } from 'ioredis';
import type { Endpoint } from './redis-address.ts';

/** How long (ms) one server may take to answer, before another one is asked. */
const ANSWER_MS = 2_000;

/** Account and TLS. */
export type Access = Pick<RedisOptions, 'username' | 'password' | 'tls'>;

/** Opens a connection for one question. @throws why there is no answer */
export async function askServer<T>(
  { host, port }: Endpoint,
  access: Access,
  question: (redis: Redis) => Promise<T>,
): Promise<T> {
  const redis = new Redis({
    ...{ ...access, host, port, lazyConnect: true, enableReadyCheck: false },
    ...{ connectTimeout: ANSWER_MS, commandTimeout: ANSWER_MS, maxRetriesPerRequest: 0, retryStrategy: () => null },
  });
  let lost: unknown;
  redis.on('error', (error) => {
    lost = error; // what connect() rejects with only says that the connection was closed
  });
  try {
    await Promise.race([redis.connect(), silence({ host, port })]);
    return await question(redis);
  } catch (error) {
    throw lost ?? error;
  } finally {
    redis.disconnect();
  }
}

async function silence({ host, port }: Endpoint): Promise<never> {
  await sleep(ANSWER_MS, undefined, { ref: false });
  throw Object.assign(new Error(`${host}:${port} does not answer`), { code: 'ETIMEDOUT' });
}

/** Asks one after the other until one answers. @throws what the last one said */
export async function askInTurn<T>(
  endpoints: readonly Endpoint[],
  ask: (endpoint: Endpoint) => Promise<T>,
): Promise<T> {
  let cause: unknown = new Error('no server of this Redis is known');
  for (const endpoint of endpoints) {
    try {
      return await ask(endpoint);
    } catch (error) {
      cause = error;
    }
  }
  throw cause;
}
