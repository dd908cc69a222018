import { Redis } from 'ioredis';

/** Asks one server over a connection of its own, which is given up whatever comes of it. @throws when the server does not answer */
export async function askRedis<T>(url: string, question: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, enableReadyCheck: false });
  redis.on('error', () => undefined); // told by the rejected command
  try {
    await redis.connect();
    return await question(redis);
  } finally {
    redis.disconnect();
  }
}
